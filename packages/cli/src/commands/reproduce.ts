import { resolve } from 'node:path'
import { deploys, type ReleaseRecord, releaseSource } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'
import { command, optional, required, text, toggle } from '../command.ts'
import type { Context } from '../context.ts'
import { carryOutDeploy } from '../deploys/deploy.ts'
import { type Deployment, refuseNonEmpty, writeReproduction } from '../deploys/reproduction.ts'

export default command({
  summary: 'Write everything a release was made of into a folder',
  description:
    'Its files at the commit, services with images by digest, variables, names and versions of secrets (never values), rendered files of the load balancer, what was described of the machines, and a manifest with the SHA-256 of each. With --up it is brought about again where it served.',
  topic: 'Deploys',
  inputs: {
    tag: required('<tag>', 'of a release'),
    project: optional('[project]', 'whose; not needed where only one has that tag'),
    dir: text('--dir <folder>', 'an empty folder, or one that is not there; ./<tag> when not given'),
    environment: text('--environment <name>', 'as it was deployed there; where it served last when not given'),
    up: toggle('--up', 'bring it about again in that environment'),
    yes: toggle('-y, --yes', 'do not ask'),
  },
  examples: [
    { line: 'atlas reproduce v1.2.3-uat-20241215-1430 --dir ./out', does: 'all of it into ./out' },
    { line: 'atlas reproduce v1.2.3-uat-20241215-1430 hostomatic --environment prod --up', does: 'and in prod again' },
  ],
  async run({ tag, project, dir, environment, up, yes }, context) {
    const folder = resolve(context.cwd, dir ?? tag)
    refuseNonEmpty(folder)
    const { api, connection } = await context.connect()
    const calls = deploys(api)
    const owner = project ?? (await onlyOwner(context, tag))
    const record = await calls.release(owner, tag)
    const deployment = deploymentIn(record, environment)
    const files = await writeReproduction(folder, record, deployment, await releaseSource(connection, owner, tag))
    if (up) {
      context.say(`${files} files in ${folder}\n`)
      const place = { project: owner, environment: deployment.environment }
      return carryOutDeploy(context, { kind: 'rollback', ...place, release: tag }, { plan: false, yes, detach: false })
    }
    return {
      json: { folder, files, release: record.release, deployment },
      text: () => `${files} files in ${folder}: ${owner} ${tag} as it was in ${deployment.environment}.`,
      next: [{ line: `atlas rollback ${owner} ${deployment.environment} --tag ${tag}`, does: 'bring it about again' }],
    }
  },
})

async function onlyOwner(context: Context, tag: string): Promise<string> {
  const all = await deploys((await context.connect()).api).releases()
  const owners = [...new Set(all.filter((one) => one.tag === tag).map(({ project }) => project))]
  if (owners.length === 1) return owners[0]!
  if (owners.length === 0)
    throw new AtlasError('not_found', `There is no release ${tag}`, { hint: 'atlas releases lists them' })
  throw new AtlasError('usage', `${owners.join(' and ')} have a release ${tag}`, {
    hint: `atlas reproduce ${tag} ${owners[0]}`,
  })
}

function deploymentIn({ release, deployments }: ReleaseRecord, environment: string | undefined): Deployment {
  const there = deployments.filter((one) => environment === undefined || one.environment === environment)
  const found = there.find(({ served_at }) => served_at !== null) ?? there[0]
  if (found) return found
  const names = [...new Set(deployments.map((one) => one.environment))].join(', ')
  throw new AtlasError('not_found', `${release.tag} was never deployed to ${environment}`, {
    hint: `it was deployed to ${names || 'nowhere'}`,
  })
}
