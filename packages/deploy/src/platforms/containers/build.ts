import { AtlasError } from '@atlas/core'
import { type At, run } from '../../machine/fenced.ts'
import type { Service } from '../../plan/input.ts'
import type { Build } from '../platform.ts'
import { failureOf } from './build-failure.ts'
import type { Engine } from './engine.ts'
import { engineOn } from './engine-on.ts'
import { buildScript, wantScript } from './image-scripts.ts'
import { imageOf, releaseImageOf } from './names.ts'
import { pushImage } from './remote.ts'
import { savedOn } from './saved.ts'

const buildMs = 30 * 60_000

/**
 * Builds the image of a service from the files of a commit, pushes it where a registry is to have it, and gives its digest. Repeating it gives the same image as
 * far as the engine's cache goes, and harms nobody where it does not: an image is only ever used by its digest.
 * @throws AtlasError `build_failed` with file, line and the last lines of the builder
 */
export async function buildImage(at: At, wanted: Engine, build: Build): Promise<string> {
  const { machine, signal } = at
  const engine = await engineOn(machine, wanted, signal)
  const { project, release, commit, tree, service } = build
  const { containerfile = 'Containerfile', path: context } = service
  const image = releaseImageOf(project, service.name, release)
  const archive = tree.archive()
  const words = [containerfile, context, image, ...labels(build), ...arguments_(service)]
  let said: string
  try {
    said = await machine.run(['sh', '-c', buildScript(engine), 'atlas', ...words], {
      input: archive,
      timeoutMs: buildMs,
      signal,
    })
  } finally {
    archive.destroy()
  }
  if (!said.startsWith('built\n')) {
    const text = (await tree.read(containerfile)) ?? ''
    const { line, lines } = failureOf(said.replace(/^failed\n/, ''), text)
    const where = `${containerfile}${line === undefined ? '' : `:${line}`}`
    throw new AtlasError(
      'build_failed',
      `${where}: the image of ${service.name} could not be built on ${machine.name} from ${commit.slice(0, 10)}. The builder said last:\n${lines}`,
      {
        problems: [{ where, message: `the image of ${service.name} could not be built` }],
        hint: 'Mend it, commit and deploy again. What runs was not touched.',
      },
    )
  }
  // Not by its name: a build that a dead worker began may end meanwhile, and take the name for its own.
  const id = said.split('\n')[1]!
  const saved = await savedOn(machine, engine, id, signal)
  if (!saved) throw new AtlasError('build_failed', `${image} was built on ${machine.name} and is not there any more.`)
  const { registry } = build
  const digest = registry ? await pushImage(at, engine, image, build, registry) : saved.manifest.digest
  const known = imageOf(project, service.name, digest)
  await machine.run([engine.name, 'tag', id, known], { signal })
  await run(at, wantScript(engine), [release, service.name, known, image])
  return digest
}

const labels = ({ project, release, commit, service }: Build): string[] =>
  Object.entries({
    'atlas.project': project,
    'atlas.service': service.name,
    'atlas.release': release,
    'org.opencontainers.image.version': release,
    'org.opencontainers.image.revision': commit,
  }).flatMap(([name, value]) => ['--label', `${name}=${value}`])

const arguments_ = ({ build_args = {} }: Service): string[] =>
  Object.entries(build_args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`])
