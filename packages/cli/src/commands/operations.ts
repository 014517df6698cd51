import { group } from '../command.ts'

export default group({ summary: 'See and steer what Atlas is doing and has done', topic: 'Operations' })
