import { AtlasError, type Bounds, type Driver, type RateLimiter } from '@atlas/core'
import { digitalOceanDriver } from '@atlas/driver-digitalocean'
import { memoryCloud, memoryDriver } from '@atlas/driver-memory'
import type { Store } from '@atlas/store'
import type { Fields } from '@atlas/vault'
import { type CallWatch, watchedDriver } from './observe/calls.ts'
import type { Environment } from './settings/environment.ts'

/** A cloud that this server can use, with a workspace's credential. */
export interface Cloud {
  provider: string
  /** Where accounts of it are asked: `https://api.digitalocean.com`. */
  endpoint: string
  /** What a credential consists of; nothing: none is needed. */
  fields: readonly string[]
  /** @param fingerprint tells credentials apart without holding them */
  connect(fields: Fields, fingerprint: string): Driver
  /** What serves workspaces that have no credential. */
  otherwise?: { endpoint: string; driver: Driver }
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
  return clouds.map((cloud) => watchedCloud(cloud, parts.watch))
}

const watchedCloud = ({ connect, otherwise, ...cloud }: Cloud, watch: CallWatch): Cloud => ({
  ...cloud,
  connect: (fields, fingerprint) => watchedDriver(connect(fields, fingerprint), watch),
  ...(otherwise && { otherwise: { ...otherwise, driver: watchedDriver(otherwise.driver, watch) } }),
})

/** The sandbox is on this computer: what it has not done two seconds after a request it will not do. */
const sandboxBounds: Partial<Bounds> = { requestTimeoutMs: 10_000, lateEffectMs: 2_000, listLagMs: 2_000 }

function digitalOcean({ store, environment, sandbox }: CloudsParts): Cloud {
  const endpoint = environment.digitalOceanUrl
  return {
    provider: 'digitalocean',
    endpoint,
    fields: ['token'],
    connect({ token }, fingerprint) {
      if (token === undefined) throw withoutToken
      // DigitalOcean counts requests by token, so there is a bucket for each, whichever workspace it serves.
      const limiter = store.rateLimiter(`${endpoint} ${fingerprint}`)
      return digitalOceanDriver({ token, baseUrl: endpoint, limiter })
    },
    ...(sandbox && { otherwise: standIn(sandbox, limiterOf(store, environment)) }),
  }
}

const withoutToken = new AtlasError('config_invalid', 'The credential for digitalocean has no field `token`.', {
  hint: 'keep it as {"token": "dop_v1_…"}',
})

function standIn({ url, token }: { url: string; token: string }, limiter: { limiter?: RateLimiter }) {
  return { endpoint: url, driver: digitalOceanDriver({ token, baseUrl: url, bounds: sandboxBounds, ...limiter }) }
}

/** A sandbox without a limit needs no bucket. */
const limiterOf = (store: CloudsParts['store'], { ATLAS_SANDBOX_RATE_LIMIT: limit }: Environment) =>
  limit === 'off' ? {} : { limiter: store.rateLimiter('sandbox') }

/** It forgets everything with this process: for trying things out. */
function memory(): Cloud {
  const driver = memoryDriver(memoryCloud())
  return {
    provider: 'memory',
    endpoint: 'memory:',
    fields: [],
    connect: () => driver,
    otherwise: { endpoint: 'memory:', driver },
  }
}

export const noCredential = (provider: string) =>
  provider === 'digitalocean'
    ? 'give it one (atlas credentials set digitalocean), set DO_TOKEN for the server, or start it with --dev for the sandbox'
    : `give it one: atlas credentials set ${provider}`
