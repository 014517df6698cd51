import { group } from '../command.ts'

export default group({ summary: 'Have events sent to an endpoint of yours, signed', topic: 'Look' })
