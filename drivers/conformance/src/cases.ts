import { randomBytes } from 'node:crypto'
import type { JsonObject, Observed, ResourceType } from '@atlas/core'

/** Resources made once that others refer to. */
export type Neighbours = Partial<Record<ResourceType, Observed>>

/** One way to use a resource type: what to ask for, and what may become of it. */
export interface Case {
  title: string
  type: ResourceType
  needs: readonly ResourceType[]
  /** `unique`: a short word that no other test has. Defaults are filled in, as the specification schema does. */
  want(unique: string, neighbours: Neighbours): JsonObject
  /** Changes that must be made in place, one after the other. */
  updates: ((want: JsonObject, neighbours: Neighbours) => JsonObject)[]
  /** Changes that need another resource, and whether the new one can stand beside the old. */
  replacements: { change(want: JsonObject): JsonObject; createFirst: boolean }[]
  /** Changes that no cloud call can mean. */
  refusals?: ((want: JsonObject) => JsonObject)[]
  /** References to these must work once it is ready. */
  attributes: readonly string[]
}

const idOf = (neighbours: Neighbours, type: ResourceType) => String(neighbours[type]?.attributes.id)
const set = (change: JsonObject) => (want: JsonObject) => ({ ...want, ...change })
const without = (field: string) => (want: JsonObject) =>
  Object.fromEntries(Object.entries(want).filter(([name]) => name !== field))

const everybody = { addresses: ['0.0.0.0/0', '::/0'], machines: [], load_balancers: [], tags: [] }
const web = {
  entry_protocol: 'http',
  entry_port: 80,
  target_protocol: 'http',
  target_port: 8080,
  tls_passthrough: false,
}

/** An Ed25519 public key as OpenSSH writes it (RFC 8709); nobody has its private half. */
export function publicKey(): string {
  const part = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes])
  return `ssh-ed25519 ${Buffer.concat([part(Buffer.from('ssh-ed25519')), part(randomBytes(32))]).toString('base64')}`
}

/** In an order in which each finds its neighbours made. */
export const cases: readonly Case[] = [
  {
    title: 'ssh_key',
    type: 'ssh_key',
    needs: [],
    want: () => ({ public_key: publicKey() }),
    updates: [],
    replacements: [{ change: () => ({ public_key: publicKey() }), createFirst: true }],
    attributes: ['id', 'fingerprint'],
  },
  {
    title: 'vpc',
    type: 'vpc',
    needs: [],
    want: () => ({}),
    updates: [set({ description: 'the back office' })],
    replacements: [{ change: set({ ip_range: '10.77.16.0/20' }), createFirst: true }],
    attributes: ['id', 'ip_range'],
  },
  {
    title: 'machine',
    type: 'machine',
    needs: ['ssh_key', 'vpc'],
    want: (_, neighbours) => ({
      size: 's-1vcpu-1gb',
      image: 'ubuntu-24-04-x64',
      ssh_keys: [idOf(neighbours, 'ssh_key')],
      backups: false,
      monitoring: false,
      ipv6: false,
      user_data: '#!/bin/sh\ntrue\n',
      vpc: idOf(neighbours, 'vpc'),
      tags: ['blue'],
    }),
    updates: [
      set({ tags: ['Green', 'red:1'] }),
      set({ size: 's-2vcpu-2gb', hostname: 'renamed.example.com' }),
      set({ backups: { plan: 'weekly', weekday: 'SUN', hour: 4 } }),
      set({ backups: false, ipv6: true, tags: [] }),
      set({ ssh_keys: [] }),
    ],
    replacements: [
      { change: set({ image: 'debian-12-x64' }), createFirst: true },
      { change: set({ user_data: '#!/bin/sh\nfalse\n' }), createFirst: true },
      { change: set({ vpc: { $after: 'net.id' } }), createFirst: true },
    ],
    attributes: ['id', 'name', 'public_ip', 'private_ip'],
  },
  {
    title: 'volume',
    type: 'volume',
    needs: ['machine'],
    want: (_, neighbours) => ({
      size_gb: 10,
      filesystem: 'ext4',
      machine: idOf(neighbours, 'machine'),
      tags: ['blue'],
    }),
    updates: [set({ size_gb: 20 }), without('machine'), set({ tags: ['GREEN'] })],
    replacements: [{ change: set({ filesystem: 'xfs' }), createFirst: true }],
    refusals: [set({ size_gb: 5 })],
    attributes: ['id', 'name'],
  },
  {
    title: 'database',
    type: 'database',
    needs: ['vpc'],
    want: (_, neighbours) => ({
      engine: 'pg',
      version: '16',
      size: 'db-s-1vcpu-1gb',
      num_nodes: 1,
      vpc: idOf(neighbours, 'vpc'),
      tags: [],
    }),
    updates: [
      set({ size: 'db-s-1vcpu-2gb', num_nodes: 2 }),
      set({ trusted_sources: { addresses: ['203.0.113.7'], machines: [], tags: [] } }),
      set({ version: '17', tags: ['green'] }),
      without('trusted_sources'),
    ],
    replacements: [
      { change: set({ engine: 'mysql', version: '8' }), createFirst: true },
      { change: set({ version: '15' }), createFirst: true },
    ],
    attributes: ['id', 'host', 'private_host', 'port', 'user', 'database'],
  },
  {
    title: 'load_balancer',
    type: 'load_balancer',
    needs: ['machine', 'vpc'],
    want: (_, neighbours) => ({
      forwarding_rules: [web],
      health_check: {
        protocol: 'http',
        port: 8080,
        path: '/',
        interval_seconds: 10,
        timeout_seconds: 5,
        unhealthy_threshold: 5,
        healthy_threshold: 3,
      },
      machines: [idOf(neighbours, 'machine')],
      nodes: 1,
      redirect_http_to_https: false,
      proxy_protocol: false,
      backend_keepalive: false,
      idle_timeout_seconds: 60,
      vpc: idOf(neighbours, 'vpc'),
    }),
    updates: [
      set({ sticky_sessions: { cookie_name: 'LB', cookie_ttl_seconds: 300 } }),
      (want) => ({ ...without('sticky_sessions')(want), forwarding_rules: [web, { ...web, entry_port: 8080 }] }),
      (want) => ({ ...without('machines')(want), tag: 'web' }),
    ],
    replacements: [{ change: set({ vpc: { $after: 'net.id' } }), createFirst: true }],
    attributes: ['id', 'ip'],
  },
  {
    title: 'firewall',
    type: 'firewall',
    needs: ['machine'],
    want: (_, neighbours) => ({
      inbound: [{ protocol: 'tcp', ports: '22', sources: everybody }],
      outbound: [
        { protocol: 'tcp', ports: 'all', destinations: everybody },
        { protocol: 'icmp', destinations: everybody },
      ],
      machines: [idOf(neighbours, 'machine')],
      tags: [],
    }),
    updates: [
      set({
        inbound: [{ protocol: 'tcp', ports: '8000-9000', sources: { ...everybody, addresses: ['203.0.113.7'] } }],
      }),
      set({ machines: [], tags: ['web'] }),
    ],
    replacements: [],
    attributes: ['id'],
  },
  {
    title: 'snapshot of a machine',
    type: 'snapshot',
    needs: ['machine'],
    want: (_, neighbours) => ({ machine: idOf(neighbours, 'machine') }),
    updates: [],
    replacements: [],
    attributes: ['id', 'size_gb'],
  },
  {
    title: 'snapshot of a volume',
    type: 'snapshot',
    needs: ['volume'],
    want: (_, neighbours) => ({ volume: idOf(neighbours, 'volume') }),
    updates: [],
    replacements: [],
    attributes: ['id', 'size_gb'],
  },
  {
    title: 'domain',
    type: 'domain',
    needs: [],
    want: (unique) => ({ name: `${unique}.example.com` }),
    updates: [],
    replacements: [{ change: set({ name: 'another.example.com' }), createFirst: true }],
    attributes: ['id', 'name'],
  },
  {
    title: 'dns_record',
    type: 'dns_record',
    needs: ['domain'],
    want: (unique, neighbours) => ({
      domain: idOf(neighbours, 'domain'),
      type: 'A',
      name: unique,
      data: '203.0.113.7',
      ttl: 1800,
    }),
    updates: [set({ data: '203.0.113.8' }), set({ ttl: 60, name: 'other' })],
    replacements: [{ change: set({ type: 'TXT', data: 'hello' }), createFirst: false }],
    attributes: ['id', 'fqdn'],
  },
  {
    title: 'reserved_ip',
    type: 'reserved_ip',
    needs: ['machine'],
    want: () => ({}),
    updates: [(want, neighbours) => ({ ...want, machine: idOf(neighbours, 'machine') }), without('machine')],
    replacements: [],
    attributes: ['id', 'ip'],
  },
]
