import { join, resolve } from 'node:path'
import { type FleetOptions, fleet } from '@atlas/blueprints'
import { AtlasError } from '@atlas/core/errors'
import type { Context } from '../context.ts'
import { ensureKey, makeKey } from '../ssh/key.ts'
import { adminAddresses } from './admin-ip.ts'
import { asDescription, type Description, readJson, readText, type Source } from './description.ts'

/** What `infrastructure` in deployment_config.json may say: the blueprint refuses the rest. */
type Configured = Partial<Omit<FleetOptions, 'csv' | 'file' | 'adminIps' | 'publicKey'>>

/**
 * The fleet that the CSV of projects asks for.
 *
 * @throws AtlasError `csv_invalid` or `config_invalid` with every finding and its place
 */
export async function describeFleet(context: Context, source: Source): Promise<Description> {
  const { config = 'config', csv = join(config, 'projects.csv'), forPrice = false } = source
  const text = readText(resolve(context.cwd, csv), csv)
  const configured = await readConfigured(context.cwd, join(config, 'deployment_config.json'))
  const people = forPrice ? anybody() : await whoMayLogIn(context, configured)
  return asDescription(fleet.build({ ...configured, ...people, csv: text, file: csv }), csv)
}

type People = Pick<FleetOptions, 'adminIps' | 'publicKey'>

async function whoMayLogIn(context: Context, { provider = 'digitalocean' }: Configured): Promise<People> {
  const adminIps = await adminAddresses(context.env, await context.connect(), provider)
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
