import { secrets } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'
import { command, optional } from '../../command.ts'
import { showKeptSecrets, showNeededSecrets } from '../../show/secrets.ts'

export default command({
  summary: 'What is kept, or what an environment needs and where it comes from',
  description:
    'Without a project: the secrets that Atlas keeps. With one: every secret that the services serving there name, the name and source it would be taken from now, and which deployment brought it to whom.',
  topic: 'Deploys',
  inputs: {
    project: optional('[project]', 'such as hostomatic'),
    environment: optional('[environment]', 'test, uat or prod'),
  },
  examples: [
    { line: 'atlas secrets list', does: 'names and versions of what Atlas keeps' },
    { line: 'atlas secrets list hostomatic prod', does: 'where the services get theirs' },
  ],
  async run({ project, environment }, context) {
    if (project !== undefined && environment === undefined)
      throw new AtlasError('usage', `Which environment of ${project}?`, { hint: `atlas secrets list ${project} prod` })
    const calls = secrets((await context.connect()).api)
    const { colours } = context.terminal
    if (project === undefined || environment === undefined) {
      const kept = await calls.list()
      return {
        json: { secrets: kept },
        text: () => (kept.length > 0 ? showKeptSecrets(kept, Date.now(), colours) : 'Atlas keeps no secret here.'),
        next: [{ line: 'atlas secrets set HOSTOMATIC_PROD_DB_PASSWORD', does: 'keep one' }],
      }
    }
    const needed = await calls.needed(project, environment)
    const [stale] = needed.filter(({ services }) => services.some(({ current }) => !current))
    return {
      json: { project, environment, secrets: needed },
      text: () =>
        needed.length > 0
          ? showNeededSecrets(needed, Date.now(), colours)
          : `The services of ${project} in ${environment} name no secrets: "secrets": ["db_password"] of one in deployment_config.json does, from its next deploy on.`,
      next: stale ? [{ line: `atlas redeploy ${project} ${environment}`, does: 'deliver what has changed' }] : [],
    }
  },
})
