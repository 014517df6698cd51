import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReleaseRecord } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'
import { digestOf } from '@atlas/deploy/here'

export type Deployment = ReleaseRecord['deployments'][number]

/** @throws AtlasError `not_empty` */
export function refuseNonEmpty(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return
  throw new AtlasError('not_empty', `${folder} has something in it already`, {
    hint: 'name a folder that is empty or not there: --dir ./out',
  })
}

/**
 * Writes what a deployment was made of into an empty folder: the files of its commit, images, and what is on record. The
 * manifest has the SHA-256 of each file. @returns how many files
 */
export async function writeReproduction(
  folder: string,
  { release }: Pick<ReleaseRecord, 'release'>,
  deployment: Deployment,
  source: ReadableStream,
  writeImages: (folder: string) => Promise<void> = async () => {},
): Promise<number> {
  mkdirSync(join(folder, 'source'), { recursive: true })
  await unpack(source, join(folder, 'source'))
  await writeImages(folder)
  for (const [path, text] of Object.entries(textsOf(release, deployment))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const files: Record<string, string> = {}
  for (const path of filesIn(folder)) files[relative(folder, path)] = await digestOf(path)
  const { operation, environment, plan_hash, environment_version } = deployment
  const manifest = { format: 1, ...release, operation, environment, plan_hash, environment_version, files }
  writeFileSync(join(folder, 'manifest.json'), json(manifest))
  return Object.keys(files).length
}

async function unpack(source: ReadableStream, folder: string): Promise<void> {
  const tar = spawn('tar', ['-x', '--no-same-owner', '-C', folder], { stdio: ['pipe', 'ignore', 'pipe'] })
  let complaint = ''
  tar.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk
  })
  const ended = once(tar, 'close')
  const sent = pipeline(Readable.fromWeb(source as never), tar.stdin).catch((error: NodeJS.ErrnoException) => error)
  const [code] = (await ended) as [number]
  const broke = await sent
  // A tar that ends early says itself why.
  if (broke && broke.code !== 'EPIPE') throw broke
  if (code !== 0) throw new AtlasError('internal', `The source cannot be unpacked: ${complaint.trim()}`)
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

function textsOf(release: ReleaseRecord['release'], deployment: Deployment): Record<string, string> {
  const { spec, proxy, infrastructure_spec } = deployment
  const rendered = Object.entries(proxy).map(([path, text]) => [join('proxy', path.replaceAll('..', '')), text])
  return {
    'README.md': readme(release, deployment),
    'deployment.json': json(spec),
    'environment.json': json(environmentOf(spec)),
    'infrastructure.json': json(infrastructure_spec),
    ...Object.fromEntries(rendered),
  }
}

interface Spec {
  services?: { name: string; env: Record<string, string>; image?: string }[]
  running?: Record<string, { secrets?: Record<string, string> }>
}

/** What each service finds in its environment: variables as they are, of secrets only names and versions. */
function environmentOf(spec: Spec): object {
  const { services = [], running = {} } = spec
  return Object.fromEntries(
    services.map(({ name, env }) => [name, { variables: env, secrets: running[name]?.secrets ?? {} }]),
  )
}

function readme({ project, tag, commit, url }: ReleaseRecord['release'], deployment: Deployment): string {
  const { environment, operation, plan_hash, environment_version, spec } = deployment
  const images = ((spec as Spec).services ?? []).flatMap(({ name, image }) => (image ? [`- ${name}: ${image}`] : []))
  return `# ${project} ${tag}

As it was deployed to ${environment} by operation ${operation}.

- source/: the files of commit ${commit} of ${url}
${images.length > 0 ? '- images/: archives for docker load, unless they were left out\n' : ''}- deployment.json: services, ports and machines
- environment.json: variables; of secrets, names and versions
- infrastructure.json: what was described of the machines then
- proxy/: the files of the load balancer as rendered
- manifest.json: SHA-256 of each file here

Plan ${plan_hash}, environment ${environment_version}.
${images.length > 0 ? `\nImages:\n\n${images.join('\n')}\n` : ''}
To run it on a computer, from this folder alone: atlas reproduce ${tag} --dir <this folder> --up
To bring it about again where it served: atlas rollback ${project} ${environment} --tag ${tag}
`
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
