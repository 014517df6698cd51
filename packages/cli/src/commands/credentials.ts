import { group } from '../command.ts'

export default group({
  summary: 'What the workspace’s clouds are called with; no value is ever shown',
  topic: 'Access',
})
