import { randomBytes } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AtlasError } from '@atlas/core'
import { thisComputer } from '../machine/local.ts'
import type { Service } from '../plan/input.ts'
import { checkArchive } from '../platforms/containers/archive.ts'
import { docker, podman } from '../platforms/containers/engine.ts'
import { engineOn } from '../platforms/containers/engine-on.ts'
import { isInRegistry, releaseImageOf } from '../platforms/containers/names.ts'
import { commandWords, instanceWords } from '../platforms/containers/words.ts'
import { beginChild, type Child } from './child.ts'
import { archivePath, type Reproduction } from './folder.ts'
import type { Given } from './given.ts'

/** Loading a large image takes its time. */
const loadMs = 30 * 60_000

/**
 * Runs a service from the archive of its image, as it ran on machines: the same variables, rights and limits.
 * @throws AtlasError `not_found` where the archive was left out, `image_damaged`, `deploy_impossible` without an engine
 */
export async function beginContainer(
  reproduction: Reproduction,
  service: Service,
  { port, variables, secrets, say, signal }: Given,
): Promise<Child> {
  const scratch = mkdtempSync(join(tmpdir(), 'atlas-reproduce-'))
  const computer = thisComputer(scratch, 'this computer')
  const engine = await engineOn(computer, service.platform === 'podman' ? podman : docker, signal)
  const image = await imageHere(reproduction, service, (file) =>
    computer.run([engine.name, 'load', '--input', file], { timeoutMs: loadMs, signal }),
  )
  const name = `atlas-reproduce-${reproduction.project}-${service.name}-${randomBytes(4).toString('hex')}`
  return beginChild({
    service: service.name,
    port,
    words: [
      ...[engine.name, 'run', '--rm', '--name', name],
      ...secretWords(scratch, secrets),
      ...instanceWords({ service, address: '127.0.0.1', port, variables, secrets }),
      image,
      ...commandWords(service),
    ],
    cwd: scratch,
    env: process.env,
    say,
    async remove() {
      await computer.run([engine.name, 'rm', '--force', name]).catch(() => {})
      rmSync(scratch, { recursive: true, force: true })
    },
  })
}

/** What its image is called here: loaded from the archive, or pulled by the engine from the registry that has it, by its digest. */
async function imageHere(
  { folder, project, tag }: Reproduction,
  service: Service,
  load: (file: string) => Promise<unknown>,
): Promise<string> {
  const { image = '' } = service
  if (isInRegistry(image)) return image
  const file = join(folder, archivePath(service))
  if (!existsSync(file))
    throw new AtlasError('not_found', `${archivePath(service)} is not there: images were left out.`, {
      hint: `atlas reproduce ${tag} ${project} --dir <a new folder>`,
    })
  await checkArchive(createReadStream(file), image)
  await load(file)
  return releaseImageOf(project, service.name, tag)
}

/** Each is a file that whoever the image runs as may read, in a folder that nobody else gets into. */
function secretWords(scratch: string, secrets: Readonly<Record<string, string>>): string[] {
  const folder = join(scratch, 'secrets')
  mkdirSync(folder, { mode: 0o700 })
  return Object.entries(secrets).flatMap(([name, value]) => {
    const file = join(folder, name)
    writeFileSync(file, value, { mode: 0o444 })
    return ['--mount', `type=bind,source=${file},target=/run/secrets/${name},readonly`]
  })
}
