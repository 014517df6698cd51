import { group } from '../command.ts'

export default group({ summary: 'Who did what, when, and what came of it', topic: 'Access' })
