import { group } from '../command.ts'

export default group({ summary: 'API tokens of the workspace', topic: 'Access' })
