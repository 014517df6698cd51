import { group } from '../command.ts'

export default group({
  summary: 'What services are given and nobody else; no value is ever shown',
  topic: 'Deploys',
})
