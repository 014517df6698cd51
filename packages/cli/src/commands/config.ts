import { group } from '../command.ts'

export default group({ summary: 'What a server is told by its environment', topic: 'Servers' })
