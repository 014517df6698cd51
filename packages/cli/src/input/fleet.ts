import { join, resolve } from 'node:path'
import { type FleetOptions, fleet, type Scaled, scaleProject } from '@atlas/blueprints'
import { catalogueOf } from '@atlas/core'
import { AtlasError } from '@atlas/core/errors'
import { adminAddresses } from '../admin/addresses.ts'
import type { Context } from '../context.ts'
import { ensureKey, makeKey } from '../ssh/key.ts'
import type { Source } from './description.ts'
import { asDescription, type Description, readJson, readText } from './read.ts'

/** What `infrastructure` in deployment_config.json may say: the blueprint refuses the rest. */
type Configured = Partial<Omit<FleetOptions, 'csv' | 'file' | 'adminIps' | 'publicKey'>>

/**
 * The fleet that the CSV of projects asks for.
 *
 * @throws AtlasError `csv_invalid` or `config_invalid` with every finding and its place
 */
export async function describeFleet(context: Context, source: Source): Promise<Description> {
  const { forPrice = false, csvText } = source
  const { csv, configuration } = filesOf(source)
  const text = csvText ?? readText(resolve(context.cwd, csv), csv)
  const configured = await readConfigured(context.cwd, configuration)
  const people = forPrice ? anybody() : await whoMayLogIn(context, configured)
  return asDescription(fleet.build({ ...configured, ...people, csv: text, file: csv }), csv)
}

/** Where the CSV and the configuration are, as they are called in messages. */
const filesOf = ({ config = 'config', csv = join(config, 'projects.csv') }: Source) => ({
  csv,
  configuration: join(config, 'deployment_config.json'),
})

export interface ScaledFile extends Scaled {
  /** As it is called in messages. */
  file: string
  /** What the file says now. */
  written: string
}

/**
 * The CSV with another number of servers for a project; nothing is written.
 * @throws AtlasError `csv_invalid`, `config_invalid`, `usage`
 */
export async function scaleFleet(
  { cwd }: Context,
  source: Source,
  change: { project: string; servers: number },
): Promise<ScaledFile> {
  const { csv: file, configuration } = filesOf(source)
  const written = readText(resolve(cwd, file), file)
  const { provider = 'digitalocean' } = await readConfigured(cwd, configuration)
  return { ...scaleProject(written, file, change, catalogueOf(provider)!), file, written }
}

type People = Pick<FleetOptions, 'adminIps' | 'publicKey'>

async function whoMayLogIn(context: Context, { provider = 'digitalocean' }: Configured): Promise<People> {
  const adminIps = await adminAddresses(context, await context.connect(), provider)
  return { adminIps, publicKey: ensureKey(context.dataDir) }
}

/** Prices are the same whoever may log in, so an estimate asks nobody and makes no key that is kept. */
const anybody = (): People => ({ adminIps: ['127.0.0.1/32'], publicKey: makeKey('estimate').publicKey })

async function readConfigured(cwd: string, path: string): Promise<Configured> {
  const text = readText(resolve(cwd, path), path, { absent: '{}' })
  const { infrastructure = {} } = (await readJson(text, path)) as { infrastructure?: Configured }
  if (typeof infrastructure === 'object' && infrastructure !== null) return infrastructure
  throw new AtlasError('config_invalid', `${path}: infrastructure is not an object`, {
    hint: 'atlas init writes one to start from',
  })
}
