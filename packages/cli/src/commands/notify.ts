import { group } from '../command.ts'

export default group({ summary: 'Mail and webhooks that are told of what happens', topic: 'Look' })
