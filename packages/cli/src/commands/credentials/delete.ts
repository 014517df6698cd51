import { bodyOf } from '@atlas/client'
import { agreed } from '../../ask.ts'
import { command, required, toggle } from '../../command.ts'

export default command({
  summary: 'Delete a credential that Atlas keeps',
  description: 'What was made with it stays, and cannot be changed until there is one for that account again.',
  topic: 'Access',
  inputs: {
    provider: required('<provider>', 'the cloud, such as digitalocean'),
    yes: toggle('-y, --yes', 'do not ask'),
  },
  examples: [{ line: 'atlas credentials delete digitalocean', does: 'for every plan and operation from now on' }],
  async run({ provider, yes }, context) {
    if (!(await agreed(context, `Delete the credential for ${provider}?`, yes))) return { text: () => 'It stays.' }
    const { api } = await context.connect()
    await bodyOf(api.DELETE('/api/v1/credentials/{provider}', { params: { path: { provider } } }))
    return {
      json: { deleted: provider },
      text: () => `The credential for ${provider} is deleted.`,
      next: [{ line: 'atlas credentials list', does: 'what is used instead, if anything' }],
    }
  },
})
