import { createHash } from 'node:crypto'
import { createReadStream, existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AtlasError } from '@atlas/core'
import { z } from 'zod'
import type { Environment } from '../names.ts'
import type { DeploymentSpec, Service } from '../plan/input.ts'

/** A release as it was deployed somewhere, in a folder that `atlas reproduce` wrote. */
export interface Reproduction {
  folder: string
  project: string
  tag: string
  environment: Environment
  spec: DeploymentSpec
}

const manifestOf = z.looseObject({
  project: z.string(),
  tag: z.string(),
  environment: z.string(),
  files: z.record(z.string(), z.string()),
})

/** Where the image of a service is in the folder. */
export const archivePath = ({ name }: Pick<Service, 'name'>): string => join('images', `${name}.tar`)

/** Of a link, what it says: it may lead anywhere. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  if (lstatSync(path).isSymbolicLink()) hash.update(readlinkSync(path))
  else await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/**
 * What a folder has, when every file of it is as it was written. Files that came later are nobody's business.
 * @throws AtlasError `not_found` where it is none, `reproduction_changed` naming what differs
 */
export async function readReproduction(folder: string): Promise<Reproduction> {
  const file = join(folder, 'manifest.json')
  if (!existsSync(file))
    throw new AtlasError('not_found', `${folder} has no manifest.json, so no release was written there.`, {
      hint: 'atlas reproduce <tag> --dir <a new folder>',
    })
  const { project, tag, environment, files } = manifestOf.parse(JSON.parse(readFileSync(file, 'utf8')))
  const changed: string[] = []
  for (const [path, digest] of Object.entries(files)) {
    const there = lstatSync(join(folder, path), { throwIfNoEntry: false })
    if (!there || (await digestOf(join(folder, path))) !== digest) changed.push(path)
  }
  if (changed.length > 0)
    throw new AtlasError('reproduction_changed', `${folder} is not as it was written: ${some(changed)}.`, {
      hint: `have it written anew: atlas reproduce ${tag} ${project} --dir <a new folder>`,
    })
  const spec = JSON.parse(readFileSync(join(folder, 'deployment.json'), 'utf8')) as DeploymentSpec
  return { folder, project, tag, environment: environment as Environment, spec }
}

const some = (names: readonly string[]) =>
  `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''} ${names.length === 1 ? 'differs' : 'differ'}`
