import { bodyOf } from '@atlas/client'
import { command, required } from '../../command.ts'

export default command({
  summary: 'Ask a cloud whether it takes the credential',
  topic: 'Access',
  inputs: { provider: required('<provider>', 'the cloud, such as digitalocean') },
  examples: [{ line: 'atlas credentials check digitalocean', does: 'one cheap call' }],
  exits: { 5: 'the cloud does not take it, or there is none' },
  async run({ provider }, context) {
    const { api } = await context.connect()
    const params = { path: { provider } }
    const { check } = await bodyOf(api.POST('/api/v1/credentials/{provider}/check', { params }))
    const good = check.status === 'connected'
    const from = check.source === null ? 'the sandbox, which needs none' : `${check.source} (${check.fingerprint})`
    return {
      json: { check },
      text: () => (good ? `${check.account} by ${from}` : `${check.status}: ${check.hint ?? ''}`),
      exit: good ? 0 : 5,
      next: good ? [] : [{ line: `atlas credentials set ${provider}`, does: 'give it another one' }],
    }
  },
})
