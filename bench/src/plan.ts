import { readFileSync } from 'node:fs'
import type { JsonObject } from '@atlas/core'
import { carryOut, localCloud } from './world/local-cloud.ts'

const machines = 7000
const volumes = 1500
const records = 1490
const firewalls = 7

/** 10,000 resources of seven types, most with references. */
const fleet: JsonObject = {
  name: 'large',
  provider: 'digitalocean',
  region: 'nyc3',
  resources: [
    { type: 'vpc', name: 'net', specifications: { ip_range: '10.0.0.0/16' } },
    { type: 'domain', name: 'site', specifications: { name: 'large.example' } },
    { type: 'ssh_key', name: 'key', specifications: { public_key: sshKey() } },
    ...many(firewalls, (i) => ({ type: 'firewall', name: `wall${i}`, specifications: firewall(i) })),
    ...many(machines, (i) => machine(i, { vpc: { ref: 'net.id' }, ssh_keys: [{ ref: 'key.id' }] })),
    ...many(volumes, (i) => ({ type: 'volume', name: `disk${i}`, specifications: { size_gb: 10 } })),
    ...many(records, (i) => ({
      type: 'dns_record',
      name: `host${i}`,
      specifications: { domain: { ref: 'site.name' }, type: 'A', name: `host${i}`, data: `192.0.2.${i % 250}` },
    })),
  ],
}

/** 10,000 resources of the one type that costs more to read: machines whose backups have a policy. */
const backedUp: JsonObject = {
  name: 'large',
  provider: 'digitalocean',
  region: 'nyc3',
  resources: many(10_000, (i) => machine(i, { backups: i % 2 === 0 || { plan: 'daily', hour: 4 } })),
}

/**
 * A plan over 10,000 resources that exist: full refresh from the cloud by listings, then the decision. The server is
 * started anew before, so nothing is warm; memory is its largest resident size since then, PostgreSQL not counted.
 * `--backups`: all of them machines with backups.
 */
export async function bench(options: string[]): Promise<object> {
  const description = options.includes('--backups') ? backedUp : fleet
  const cloud = await localCloud()
  try {
    process.stdout.write('making 10,000 resources …\n')
    await carryOut(cloud.client, await cloud.client.planApply(description, { store: true }))
    await cloud.restart()
    await cloud.admin('DELETE', '/requests')
    const began = performance.now()
    const plan = await cloud.client.planApply(description)
    const ms = Math.round(performance.now() - began)
    if (plan.steps.length > 0) throw new Error(`${plan.steps.length} steps where nothing is to be done`)
    const { requests } = await cloud.admin<{ requests: Record<string, number> }>('GET', '/requests')
    process.stdout.write(`${JSON.stringify(requests)}\n`)
    return {
      resources: plan.resources.length,
      ms,
      api_calls: Object.values(requests).reduce((sum, one) => sum + one, 0),
      most_calls_of_a_type: Math.max(...Object.values(requests)),
      rss_mb: peakMb(cloud.server.pid!),
    }
  } finally {
    await cloud.close()
  }
}

/** Largest resident size of a process so far, MB (Linux). */
function peakMb(pid: number): number {
  return Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024)
}

function many(count: number, make: (i: number) => JsonObject): JsonObject[] {
  return Array.from({ length: count }, (_, i) => make(i + 1))
}

function machine(i: number, specifications: JsonObject): JsonObject {
  const plain = { size: 's-1vcpu-1gb', image: 'debian-13-x64' }
  return { type: 'machine', name: `web${i}`, specifications: { ...plain, ...specifications } }
}

function firewall(i: number): JsonObject {
  return { inbound: [{ protocol: 'tcp', ports: String(8000 + i), sources: { addresses: ['0.0.0.0/0'] } }] }
}

function sshKey(): string {
  const text = (words: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, words.length]), words])
  return `ssh-ed25519 ${Buffer.concat([text(Buffer.from('ssh-ed25519')), text(Buffer.alloc(32, 7))]).toString('base64')}`
}
