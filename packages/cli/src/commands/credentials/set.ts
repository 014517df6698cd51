import { bodyOf } from '@atlas/client'
import { command, required, text } from '../../command.ts'
import { credentialFields } from '../../input/secret.ts'

export default command({
  summary: 'Keep a credential for a cloud, sealed',
  description:
    'The value comes from a variable, from standard input, or from what you type unseen: never from the command line, which others can read. A token is enough; a cloud that wants more takes JSON such as {"token":"…"}.',
  topic: 'Access',
  inputs: {
    provider: required('<provider>', 'the cloud, such as digitalocean'),
    fromEnv: text('--from-env <name>', 'the variable that holds it'),
  },
  examples: [
    { line: 'atlas credentials set digitalocean', does: 'type it, unseen' },
    { line: 'atlas credentials set digitalocean --from-env TEAM_TOKEN', does: 'take it from a variable' },
    { line: 'pass show do/token | atlas credentials set digitalocean', does: 'from a password store' },
  ],
  async run({ provider, fromEnv }, context) {
    const body = await credentialFields(context, provider, fromEnv)
    const { api } = await context.connect()
    const params = { path: { provider } }
    const { credential } = await bodyOf(api.PUT('/api/v1/credentials/{provider}', { params, body }))
    const { check } = await bodyOf(api.POST('/api/v1/credentials/{provider}/check', { params }))
    return {
      json: { credential, check },
      text: () =>
        check.status === 'connected'
          ? `Kept. ${provider} takes it, for the account ${check.account}.`
          : `Kept, but ${provider} was not reached with it: ${check.hint ?? check.status}`,
      next:
        check.status === 'connected'
          ? [{ line: 'atlas plan', does: 'what would change' }]
          : [{ line: `atlas credentials check ${provider}`, does: 'try it again' }],
    }
  },
})
