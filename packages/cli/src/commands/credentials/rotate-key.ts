import { bodyOf } from '@atlas/client'
import { command } from '../../command.ts'

export default command({
  summary: 'Seal all that is secret in the database with a new key',
  description:
    'Needs the server’s own token. A key in vault.key is replaced by itself; of keys in ATLAS_VAULT_KEY, put a new one in front first. Broken off, the next start ends it.',
  topic: 'Access',
  inputs: {},
  examples: [{ line: 'atlas credentials rotate-key', does: 'when somebody may have read the old one' }],
  async run(_values, context) {
    const { api } = await context.connect()
    const { rotation } = await bodyOf(api.POST('/api/v1/vault/rotate-key'))
    const { key_id, resealed, retired, left_in_environment: left } = rotation
    return {
      json: { rotation },
      text: () =>
        [
          `The key ${key_id} seals from now on: ${resealed} sealed anew, ${retired.length} old keys dropped.`,
          ...(left.length > 0 ? [`Take out of ATLAS_VAULT_KEY, on every server: ${left.join(', ')}`] : []),
        ].join('\n'),
    }
  },
})
