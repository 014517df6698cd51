import { bodyOf } from '@atlas/client'
import { command, count, required } from '../../command.ts'

export default command({
  summary: 'Give a webhook another secret; the one before stays good for a while',
  description:
    'Gives a webhook another secret to sign with, and shows it this once. Until the overlap ends every event is signed with the one before too, so the receiver may change over whenever it likes. --overlap 0 is for a secret that has leaked.',
  topic: 'Look',
  inputs: {
    id: required('<id>', 'as `atlas webhooks list` shows it'),
    overlap: count('--overlap <hours>', 'how long the one before stays good, at most 168', 24),
  },
  examples: [
    { line: 'atlas webhooks rotate-secret <id>', does: 'both are good for a day' },
    { line: 'atlas webhooks rotate-secret <id> --overlap 0', does: 'the one before has leaked' },
  ],
  async run({ id, overlap }, context) {
    const { api } = await context.connect()
    const answer = await bodyOf(
      api.POST('/api/v1/webhooks/{id}/rotate-secret', {
        params: { path: { id } },
        body: { overlap_hours: overlap },
      }),
    )
    const { secret, previous_valid_until: until } = answer
    const before = overlap === 0 ? 'The one before is good no more.' : `The one before is good until ${until}.`
    return {
      json: answer,
      text: () => `Its new secret, shown this once: ${secret}\n${before}`,
      next: [{ line: `atlas webhooks test ${id}`, does: 'does the receiver accept it?' }],
    }
  },
})
