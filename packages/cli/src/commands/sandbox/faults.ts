import { group } from '../../command.ts'

export default group({ summary: 'Make the sandbox misbehave, on demand', topic: 'Servers' })
