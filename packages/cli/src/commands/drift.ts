import { bodyOf } from '@atlas/client'
import { command, naming, required, toggle } from '../command.ts'
import { harmless } from '../show/text.ts'

export default command({
  summary: 'What somebody else has changed, as the last patrol found it',
  description: 'With --now it looks at the cloud, at most 30 seconds long, and keeps what it sees as a patrol does.',
  topic: 'Look',
  inputs: {
    infrastructure: naming('infrastructure', required('<infrastructure>', 'by name or id')),
    now: toggle('--now', 'look now, do not wait for the next patrol'),
  },
  exits: { 1: 'something has drifted' },
  examples: [
    { line: 'atlas drift shop', does: 'what the last patrol found' },
    { line: 'atlas drift shop --now', does: 'what there is to find now' },
  ],
  async run({ infrastructure, now }, context) {
    const { api } = await context.connect()
    const params = { path: { id: infrastructure } }
    const path = '/api/v1/infrastructure/{id}/drift'
    const drift = await bodyOf(now ? api.POST(path, { params }) : api.GET(path, { params }))
    const { resources, foreign, looked_at } = drift
    const lines = [
      ...resources.map(({ kind, reason }) => `${kind}: ${harmless(reason)}`),
      ...foreign.map(({ type, physical_id }) => `foreign: ${type} ${harmless(physical_id)} carries its tags`),
    ]
    const look = { line: `atlas drift ${infrastructure} --now`, does: 'look now' }
    const repair = { line: `atlas repair ${infrastructure} --plan`, does: 'what would bring it back' }
    const found = lines.length === 0 ? 'Nothing has drifted' : lines.join('\n')
    return {
      json: drift,
      text: () => (looked_at === null ? 'Nobody has looked yet' : `${found}\n(looked at ${looked_at})`),
      next: [lines.length === 0 ? look : repair],
      exit: lines.length === 0 ? 0 : 1,
    }
  },
})
