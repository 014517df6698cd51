import { group } from '../command.ts'

export default group({ summary: 'The teams of a server, each with infrastructure of its own', topic: 'Access' })
