import { bodyOf } from '@atlas/client'
import { command, naming, required } from '../command.ts'
import { harmless } from '../show/text.ts'

export default command({
  summary: 'What somebody else has changed, as the last patrol found it',
  topic: 'Look',
  inputs: { infrastructure: naming('infrastructure', required('<infrastructure>', 'by name or id')) },
  exits: { 1: 'something has drifted' },
  examples: [
    { line: 'atlas drift shop', does: 'what the last patrol found' },
    { line: 'atlas repair shop --plan', does: 'look now' },
  ],
  async run({ infrastructure }, context) {
    const { api } = await context.connect()
    const params = { path: { id: infrastructure } }
    const drift = await bodyOf(api.GET('/api/v1/infrastructure/{id}/drift', { params }))
    const { resources, foreign, looked_at } = drift
    const when = looked_at === null ? 'no patrol has looked yet' : `looked at ${looked_at}`
    const lines = [
      ...resources.map(({ kind, reason }) => `${kind}: ${harmless(reason)}`),
      ...foreign.map(({ type, physical_id }) => `foreign: ${type} ${harmless(physical_id)} carries its tags`),
    ]
    const next = { line: `atlas repair ${infrastructure} --plan`, does: 'look now, and what would bring it back' }
    return {
      json: drift,
      text: () => [lines.length === 0 ? 'Nothing has drifted' : lines.join('\n'), `(${when})`].join('\n'),
      next: [next],
      exit: lines.length === 0 ? 0 : 1,
    }
  },
})
