import type { Bounds, Driver, RateLimiter } from '@atlas/core'
import { bodyOf, digitalOceanApi, sent } from './api.ts'
import { database } from './database.ts'
import { dnsRecord } from './dns-record.ts'
import { domain } from './domain.ts'
import { firewall } from './firewall.ts'
import { loadBalancer } from './load-balancer.ts'
import { machine } from './machine.ts'
import { repeatable } from './repeatable.ts'
import { reservedIp } from './reserved-ip.ts'
import { snapshot } from './snapshot.ts'
import { sshKey } from './ssh-key.ts'
import { volume } from './volume.ts'
import { vpc } from './vpc.ts'
import type { Send } from './wire.ts'

export interface DigitalOceanOptions {
  /** A personal access token. It stays in memory. */
  token: string
  /** Another place that speaks the API, such as a sandbox. Default: `https://api.digitalocean.com`. */
  baseUrl?: string
  /** Shared by all who use the account. */
  limiter?: RateLimiter
  bounds?: Partial<Bounds>
  /** How requests leave, for those who look at them. Default: HTTP. */
  send?: Send
}

/**
 * How late DigitalOcean may be, in milliseconds. Nobody promises these: they are wide on purpose, because what is
 * concluded too early is made twice, and what is concluded late only takes longer.
 */
const bounds: Bounds = { requestTimeoutMs: 30_000, lateEffectMs: 60_000, listLagMs: 30_000 }

/** DigitalOcean, or whatever speaks its API. A new resource type is a file beside this one and a line here. */
export function digitalOceanDriver(options: DigitalOceanOptions): Driver {
  const bound = { ...bounds, ...options.bounds }
  const api = digitalOceanApi({ ...options, requestTimeoutMs: bound.requestTimeoutMs })
  return {
    provider: 'digitalocean',
    bounds: bound,
    async account(signal) {
      const { account } = await bodyOf(api({ signal }).GET('/v2/account'))
      const team = account?.team as { uuid?: string } | undefined
      return `digitalocean:${sent(team?.uuid ?? account?.uuid, 'the account')}`
    },
    types: {
      machine: repeatable(machine(api)),
      volume: repeatable(volume(api, bound.listLagMs)),
      database: repeatable(database(api, bound.listLagMs)),
      load_balancer: repeatable(loadBalancer(api, bound.listLagMs)),
      firewall: repeatable(firewall(api, bound.listLagMs)),
      vpc: repeatable(vpc(api, bound.listLagMs)),
      ssh_key: sshKey(api),
      snapshot: snapshot(api, bound.listLagMs),
      domain: domain(api),
      dns_record: repeatable(dnsRecord(api)),
      reserved_ip: repeatable(reservedIp(api)),
    },
  }
}
