import { group } from '../command.ts'

export default group({
  summary: 'What opens the repository of a project, for it alone; nothing private is ever shown',
  topic: 'Deploys',
})
