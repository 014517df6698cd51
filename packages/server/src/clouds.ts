import { AtlasError, type Bounds, type Driver, type RateLimiter } from '@atlas/core'
import { digitalOceanDriver } from '@atlas/driver-digitalocean'
import { memoryCloud, memoryDriver } from '@atlas/driver-memory'
import type { Store } from '@atlas/store'
import type { Environment } from './environment.ts'
import { type CallWatch, watchedDriver } from './observe/calls.ts'
import { cloudOf } from './server-file.ts'

/** A cloud that this server can use, or could with a credential. */
export interface Cloud {
  provider: string
  /** Where it is asked: `https://api.digitalocean.com`, or the sandbox's address. */
  endpoint: string
  sandbox: boolean
  driver: Driver | undefined
}

export interface CloudsParts {
  store: Pick<Store, 'rateLimiter'>
  environment: Environment
  /** The sandbox that runs beside the server and stands in for DigitalOcean. */
  sandbox: { url: string; token: string } | undefined
  dev: boolean
  /** Sees every call of every driver. */
  watch: CallWatch
}

/** Every cloud of this server. Another one is another line. */
export function openClouds(parts: CloudsParts): Cloud[] {
  const clouds = [digitalOcean(parts), ...(parts.dev ? [memory()] : [])]
  return clouds.map((cloud) => ({ ...cloud, driver: cloud.driver && watchedDriver(cloud.driver, parts.watch) }))
}

/** The sandbox is on this computer: what it has not done two seconds after a request it will not do. */
const sandboxBounds: Partial<Bounds> = { requestTimeoutMs: 10_000, lateEffectMs: 2_000, listLagMs: 2_000 }

function digitalOcean({ store, environment, sandbox, dev }: CloudsParts): Cloud {
  const about = { provider: 'digitalocean', sandbox: sandbox !== undefined }
  const account = sandbox ?? environment.credential
  if (!account) return { ...about, endpoint: 'https://api.digitalocean.com', driver: undefined }
  const { url: baseUrl, token } = account
  // DigitalOcean counts requests by token, so there is a bucket for each; its key only tells tokens apart.
  const { endpoint, credential } = cloudOf(environment, dev)
  const limiter = limiterOf(() => store.rateLimiter(`${endpoint} ${credential ?? ''}`.trim()), { environment, sandbox })
  const driver = digitalOceanDriver({ token, baseUrl, ...limiter, ...(sandbox && { bounds: sandboxBounds }) })
  return { ...about, endpoint: baseUrl, driver }
}

/** A sandbox without a limit needs no bucket. */
function limiterOf(
  make: () => RateLimiter,
  { environment, sandbox }: Pick<CloudsParts, 'environment' | 'sandbox'>,
): { limiter?: RateLimiter } {
  return sandbox && environment.ATLAS_SANDBOX_RATE_LIMIT === 'off' ? {} : { limiter: make() }
}

/** It forgets everything with this process: for trying things out. */
const memory = (): Cloud => ({
  provider: 'memory',
  endpoint: 'memory:',
  sandbox: true,
  driver: memoryDriver(memoryCloud()),
})

/** @throws AtlasError `config_invalid` saying what to set */
export function driverOf(clouds: readonly Cloud[], provider: string): Driver {
  const cloud = clouds.find((one) => one.provider === provider)
  if (cloud?.driver) return cloud.driver
  if (cloud)
    throw new AtlasError('config_invalid', `The server has no credential for ${provider}.`, { hint: noCredential })
  const known = clouds.map((one) => one.provider).join(', ')
  throw new AtlasError('config_invalid', `The server knows no cloud named ${provider}, only ${known}.`, {
    hint: `set "provider" to one of: ${known}`,
  })
}

export const noCredential =
  'set DO_TOKEN (or DIGITALOCEAN_API_TOKEN) and start the server again, or start it with --dev for the sandbox'
