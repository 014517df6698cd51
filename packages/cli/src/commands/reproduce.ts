import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { deploys, type ReleaseRecord, releaseImage, releaseSource } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'
import { command, optional, required, text, toggle } from '../command.ts'
import type { Context } from '../context.ts'
import type { Deployment } from '../deploys/reproduction.ts'

export default command({
  summary: 'Write everything a release was made of into a folder, and run it from there',
  description:
    'Its files at the commit, images as archives, services with images by digest, variables, names and versions of secrets (never values), rendered files of the load balancer, what was described of the machines, and a manifest with the SHA-256 of each. With --up it runs on this computer, from that folder alone: a folder that is there already needs no server. Values of secrets are taken from the environment of this command.',
  topic: 'Deploys',
  inputs: {
    tag: required('<tag>', 'of a release'),
    project: optional('[project]', 'whose; not needed where only one has that tag'),
    dir: text('--dir <folder>', 'an empty folder, or one that is not there; ./<tag> when not given'),
    environment: text('--environment <name>', 'as it was deployed there; where it served last when not given'),
    withoutImages: toggle('--without-images', 'leave out archives of images, which may be large'),
    up: toggle('--up', 'run it on this computer until Ctrl-C; from --dir, where it was written already'),
  },
  examples: [
    { line: 'atlas reproduce v1.2.3-uat-20241215-1430 --dir ./out', does: 'all of it into ./out' },
    { line: 'atlas reproduce v1.2.3-uat-20241215-1430 --dir ./out --up', does: 'and run it from there' },
  ],
  async run({ tag, project, dir, environment, withoutImages, up }, context) {
    const folder = resolve(context.cwd, dir ?? tag)
    if (up && existsSync(join(folder, 'manifest.json'))) return runHere(context, folder)
    const { refuseNonEmpty } = await import('../deploys/reproduction.ts')
    refuseNonEmpty(folder)
    const { api } = await context.connect()
    const owner = project ?? (await onlyOwner(context, tag))
    const record = await deploys(api).release(owner, tag)
    const deployment = deploymentIn(record, environment)
    const files = await write(context, folder, record, deployment, !withoutImages)
    if (up) {
      context.say(`${files} files in ${folder}`)
      return runHere(context, folder)
    }
    return {
      json: { folder, files, release: record.release, deployment },
      text: () => `${files} files in ${folder}: ${owner} ${tag} as it was in ${deployment.environment}.`,
      next: [
        {
          line: `atlas reproduce ${tag} --dir ${folder} --up`,
          does: 'run it on this computer, from that folder alone',
        },
        {
          line: `atlas rollback ${owner} ${deployment.environment} --tag ${tag}`,
          does: 'bring it about where it served',
        },
      ],
    }
  },
})

/** What runs services is loaded only where it is wanted. */
const runHere = async (context: Context, folder: string) => (await import('../deploys/up.ts')).upHere(context, folder)

/** @returns how many files */
async function write(
  context: Context,
  folder: string,
  record: ReleaseRecord,
  deployment: Deployment,
  withImages: boolean,
): Promise<number> {
  const { api, connection } = await context.connect()
  const { project, tag } = record.release
  const { writeReproduction } = await import('../deploys/reproduction.ts')
  const { megabytes, writeArchives } = await import('../deploys/image-archives.ts')
  const images = withImages ? await deploys(api).images(project, tag) : []
  if (images.length > 0) {
    const all = images.reduce((sum, { bytes }) => sum + bytes, 0)
    context.say(`${images.length} images, ${megabytes(all)} (--without-images leaves them out):`)
  }
  const open = (service: string) => releaseImage(connection, project, tag, service)
  const source = await releaseSource(connection, project, tag)
  return writeReproduction(folder, record, deployment, source, (into) => writeArchives(into, images, open, context.say))
}

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
