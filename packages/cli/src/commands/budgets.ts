import { group } from '../command.ts'

export default group({ summary: 'How much may be spent, and how that stands', topic: 'Look' })
