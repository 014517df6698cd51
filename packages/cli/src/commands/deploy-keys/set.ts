import { deployKeys, type OwnDeployKey } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'
import { command, required, text, toggle } from '../../command.ts'
import { secretValue } from '../../input/secret.ts'

export default command({
  summary: 'Keep a key of your own for the repository of a project, or a token',
  description:
    'A private key is for addresses by ssh, a token for those by https; a project may have one of each. It comes from a variable, from standard input, or from what you type unseen: never from the command line, which others can read. It takes the place of the one before at once.',
  topic: 'Deploys',
  inputs: {
    project: required('<project>', 'as in deployment_config.json'),
    token: toggle('--token', 'a token for https instead of a key for ssh'),
    host: text('--host <host>', 'with --token: who alone is shown it, such as github.com'),
    username: text('--username <name>', 'with --token: whose it is, where the host wants to know that'),
    fromEnv: text('--from-env <variable>', 'the variable of this shell that holds it'),
  },
  examples: [
    { line: 'atlas deploy-keys set hostomatic < ~/.ssh/hostomatic', does: 'a private key from a file' },
    { line: 'atlas deploy-keys set hostomatic --token --host github.com', does: 'a token, typed unseen' },
  ],
  async run({ project, token, host, username, fromEnv }, context) {
    if (token !== (host !== undefined) || (username !== undefined && !token))
      throw new AtlasError('usage', token ? 'For which host is the token?' : '--host and --username are for a token', {
        hint: `atlas deploy-keys set ${project} --token --host ${host ?? 'github.com'}`,
      })
    if (host === undefined && fromEnv === undefined && context.terminal.asks)
      throw new AtlasError('usage', 'A private key has many lines, so it is not typed', {
        hint: `atlas deploy-keys set ${project} < ~/.ssh/${project}`,
      })
    const question = host === undefined ? `Private key of ${project}` : `Token of ${project} for ${host}`
    const value = await secretValue(context, question, fromEnv, `atlas deploy-keys set ${project}`)
    const own: OwnDeployKey =
      host === undefined ? { private_key: value } : { token: value, host, ...(username !== undefined && { username }) }
    const key = await deployKeys((await context.connect()).api).set(project, own)
    return {
      json: { deploy_key: key },
      text: () => `${key.fingerprint} is kept for ${project}${key.host === null ? '' : `, towards ${key.host} alone`}.`,
      next: [{ line: `atlas deploy uat ${project} --plan`, does: 'whether the host takes it' }],
    }
  },
})
