import { join } from 'node:path'
import type { JsonObject } from '@atlas/core'
import { readSandboxFile, sandboxAdmin } from '@atlas/sandbox'
import { expect, test } from 'vitest'
import { clientOf, finished, recordsOnly, serverOfFile } from './server.fixture.ts'

const dataDir = serverOfFile(recordsOnly)

const ref = (to: string) => ({ ref: to.replace('_', '-') })
const public_key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA4yTr0q6cB2W6sI1yX0m3Wc0w8Q9fK0T8cQyPj5m1vd somebody@laptop'

/** One of each, most of them referring to others. */
const oneOfEach = (more: Record<string, JsonObject> = {}): JsonObject => ({
  name: 'everything',
  provider: 'digitalocean',
  region: 'nyc3',
  tags: { environment: 'test' },
  resources: Object.entries({
    ssh_key: { public_key },
    vpc: { description: 'the back office' },
    machine: { size: 's-1vcpu-1gb', ssh_keys: [ref('ssh_key.id')], vpc: ref('vpc.id'), user_data: '#!/bin/sh\ntrue\n' },
    volume: { size_gb: 10, machine: ref('machine.id') },
    database: {
      engine: 'postgresql',
      version: '16',
      size: 'db-s-1vcpu-1gb',
      vpc: ref('vpc.id'),
      trusted_sources: { machines: [ref('machine.id')] },
    },
    load_balancer: {
      forwarding_rules: [{ entry_protocol: 'http', entry_port: 80, target_protocol: 'http', target_port: 8080 }],
      machines: [ref('machine.id')],
      vpc: ref('vpc.id'),
    },
    firewall: {
      inbound: [{ protocol: 'tcp', ports: '80', sources: { load_balancers: [ref('load_balancer.id')] } }],
      machines: [ref('machine.id')],
    },
    snapshot: { machine: ref('machine.id') },
    domain: { name: 'everything.example.com' },
    dns_record: { domain: ref('domain.name'), type: 'A', name: 'www', data: ref('load_balancer.ip') },
    reserved_ip: { machine: ref('machine.id') },
  }).map(([type, specifications]) => ({
    type,
    name: type.replace('_', '-'),
    specifications: { ...specifications, ...more[type] },
  })),
})

const kinds = [
  'droplet',
  'volume',
  'database',
  'load_balancer',
  'firewall',
  'vpc',
  'ssh_key',
  'image',
  'domain',
  'domain_record',
  'reserved_ip',
]

/** Kinds of which something is there. The sandbox remembers an image that was deleted, as its actions name it. */
async function inTheCloud(): Promise<string[]> {
  const { records } = await sandboxAdmin(await readSandboxFile(join(dataDir, 'sandbox'))).dump()
  const there = (record: object) => !('status' in record && record.status === 'deleted')
  return kinds.filter((kind) => records[kind]?.some(there))
}

test('one of each type is made, found as described, changed in place, and gone', async () => {
  const client = clientOf(dataDir)
  const apply = async (description: JsonObject) => {
    const plan = await client.planApply(description)
    const { id } = await client.apply(description, { planHash: plan.hash })
    expect(await finished(client, id)).toMatchObject({ status: 'succeeded', error: null })
    expect((await client.planApply(description)).steps).toEqual([])
    return plan.steps.map(({ action, resource }) => `${action} ${resource}`)
  }
  expect(await apply(oneOfEach())).toHaveLength(11)
  expect(await inTheCloud()).toEqual(kinds)

  const changed = oneOfEach({
    vpc: { description: 'the front office' },
    machine: { size: 's-2vcpu-2gb', backups: true },
    volume: { size_gb: 20 },
    database: { num_nodes: 2, version: '17' },
    load_balancer: { nodes: 2 },
    dns_record: { ttl: 60 },
  })
  const steps = await apply(changed)
  expect(steps.toSorted()).toEqual(
    ['database', 'dns-record', 'load-balancer', 'machine', 'volume', 'vpc'].map((name) => `update ${name}`),
  )

  const end = await client.planDestroy('everything')
  const consent = end.consentNeeded.map(({ resource }) => resource)
  const { id } = await client.destroy('everything', { planHash: end.hash, consent })
  expect(await finished(client, id)).toMatchObject({ status: 'succeeded', error: null })
  // The first network of a region is its default, which the cloud never deletes.
  expect(await inTheCloud()).toEqual(['vpc'])
})
