import { expect, test } from 'vitest'
import { digitalOcean } from '../cost/catalogue.ts'
import { AtlasError, type Problem } from '../errors.ts'
import { parseInfrastructure } from './parse.ts'

/** Requirement 5's create request, letter for letter. */
const fromRequirement = {
  name: 'web-application',
  provider: 'digitalocean',
  region: 'nyc3',
  resources: [
    {
      type: 'droplet',
      name: 'web-server',
      specifications: {
        size: 's-2vcpu-4gb',
        image: 'ubuntu-22-04-x64',
        ssh_keys: ['fingerprint1'],
        monitoring: true,
        backups: true,
      },
    },
    {
      type: 'database',
      name: 'app-database',
      specifications: { engine: 'postgresql', version: '15', size: 'db-s-1vcpu-2gb', num_nodes: 1 },
    },
  ],
  tags: { environment: 'production', project: 'web-app' },
}

const withResources = (...resources: unknown[]) => ({
  name: 'shop',
  provider: 'digitalocean',
  region: 'nyc3',
  resources,
})
const machine = (name: string, more: Record<string, unknown> = {}) => ({
  type: 'machine',
  name,
  specifications: { size: 's-1vcpu-1gb', ...more },
})

function problemsOf(input: unknown): Problem[] {
  try {
    parseInfrastructure(input, digitalOcean)
  } catch (error) {
    if (error instanceof AtlasError && error.code === 'spec_invalid') return [...error.problems]
    throw error
  }
  return []
}

test('the create request of requirement 5 is accepted as written, its aliases resolved and defaults filled in', () => {
  const { resources, tags } = parseInfrastructure(fromRequirement, digitalOcean)
  expect(resources.map(({ type, name }) => [type, name])).toEqual([
    ['machine', 'web-server'],
    ['database', 'app-database'],
  ])
  expect(resources[0]?.specifications).toMatchObject({ size: 's-2vcpu-4gb', ipv6: false })
  expect(resources[1]?.specifications).toMatchObject({ engine: 'pg', version: '15' })
  expect(tags).toEqual({ environment: 'production', project: 'web-app' })
  const shared = ['environment:production', 'project:web-app']
  expect(resources.map(({ specifications }) => specifications.tags)).toEqual([shared, shared])
})

test('its cost request, which names no image, is accepted too', () => {
  expect(
    problemsOf({ ...withResources({ type: 'droplet', name: 'server', specifications: { size: 's-1vcpu-1gb' } }) }),
  ).toEqual([])
})

test.each<[string, unknown, Partial<Problem>]>([
  ['an unknown field', { ...withResources(), tagss: {} }, { where: '/tagss', hint: 'Did you mean tags?' }],
  [
    'an unknown field of a resource',
    withResources(machine('web1', { imagee: 'x' })),
    { where: '/resources/0/specifications/imagee', hint: 'Did you mean image?' },
  ],
  [
    'an unknown field deep inside',
    withResources({
      type: 'firewall',
      name: 'f',
      specifications: { inbound: [{ protocol: 'icmp', sources: { adresses: ['::/0'], tags: ['a'] } }] },
    }),
    { where: '/resources/0/specifications/inbound/0/sources/adresses', hint: 'Did you mean addresses?' },
  ],
  [
    'an unknown type',
    withResources({ type: 'droplt', name: 'a', specifications: {} }),
    { where: '/resources/0/type', hint: 'Did you mean droplet?' },
  ],
  ['an unknown region', { ...withResources(), region: 'nyc4' }, { where: '/region', hint: 'Did you mean nyc1?' }],
  [
    'an unknown size',
    withResources(machine('a', { size: 's-1vcpu-1g' })),
    { where: '/resources/0/specifications/size', hint: 'Did you mean s-1vcpu-1gb?' },
  ],
  [
    'an image that was withdrawn',
    withResources(machine('a', { image: 'ubuntu-20-04-x64' })),
    { where: '/resources/0/specifications/image', hint: 'Did you mean ubuntu-22-04-x64?' },
  ],
  ['a duplicate name', withResources(machine('a'), machine('a')), { where: '/resources/1/name', found: '"a"' }],
  [
    'a dangling reference',
    withResources(machine('a', { vpc: { ref: 'nett.id' } }), { type: 'vpc', name: 'net', specifications: {} }),
    { where: '/resources/0/specifications/vpc/ref', hint: 'Did you mean net?' },
  ],
  [
    'an attribute that the type has not',
    withResources(machine('a', { vpc: { ref: 'net.idd' } }), { type: 'vpc', name: 'net', specifications: {} }),
    { where: '/resources/0/specifications/vpc/ref', hint: 'Did you mean id?' },
  ],
  [
    'a reference to another type than fits',
    withResources(machine('a'), machine('b', { vpc: { ref: 'a.id' } })),
    { found: 'machine.id', expected: 'vpc.id' },
  ],
  [
    'a reference without an attribute',
    withResources(machine('a', { vpc: { ref: 'net' } })),
    { where: '/resources/0/specifications/vpc/ref', expected: 'a name and an attribute, such as net.id' },
  ],
  [
    'a name where an id belongs',
    withResources(machine('a', { vpc: 'net' }), { type: 'vpc', name: 'net', specifications: {} }),
    { where: '/resources/0/specifications/vpc', hint: 'Write {"ref": "net.id"}' },
  ],
  [
    'a missing field',
    withResources({ type: 'machine', name: 'a', specifications: {} }),
    { where: '/resources/0/specifications/size', message: 'size is missing' },
  ],
  [
    'a need that nothing meets',
    withResources(machine('a', { size: { vcpus: 900, memory_gb: 1 } })),
    { where: '/resources/0/specifications/size', found: '900 vCPUs and 1 GiB' },
  ],
  [
    'a database size that has no standby',
    withResources({
      type: 'database',
      name: 'd',
      specifications: { engine: 'pg', size: 'db-s-1vcpu-1gb', num_nodes: 2 },
    }),
    { where: '/resources/0/specifications/size' },
  ],
  [
    'ports for icmp',
    withResources({
      type: 'firewall',
      name: 'f',
      specifications: { inbound: [{ protocol: 'icmp', ports: '1', sources: { tags: ['a'] } }] },
    }),
    { where: '/resources/0/specifications/inbound/0/ports' },
  ],
  ['something that is no object', 'hello', { where: '', expected: 'an object' }],
])('%s is refused with its place', (_, input, expected) => {
  expect(problemsOf(input)).toEqual([expect.objectContaining(expected)])
})

test('a cycle is refused and named', () => {
  const circle = withResources(
    machine('a', { user_data: { ref: 'b.private_ip' } }),
    machine('b', { user_data: { ref: 'c.private_ip' } }),
    machine('c', { user_data: { ref: 'a.private_ip' } }),
    machine('outside', { user_data: { ref: 'a.private_ip' } }),
  )
  expect(problemsOf(circle)).toEqual([expect.objectContaining({ found: 'a → b → c → a' })])
})

test('all findings come at once, those of shape, references and catalogue together', () => {
  const problems = problemsOf({
    ...withResources(machine('a', { vpc: { ref: 'gone.id' }, siz: 1 }), {
      type: 'volume',
      name: 'a',
      specifications: { size_gb: 0 },
    }),
    region: 'mars1',
  })
  expect(problems.map(({ where }) => where).toSorted()).toEqual([
    '/region',
    '/resources/0/specifications/siz',
    '/resources/0/specifications/vpc/ref',
    '/resources/1/name',
    '/resources/1/specifications/size_gb',
  ])
})

test('a refusal does not repeat what may be secret', () => {
  const [problem] = problemsOf(
    withResources({ type: 'ssh_key', name: 'k', specifications: { public_key: '-----BEGIN PRIVATE KEY-----' } }),
  )
  expect(JSON.stringify(problem)).not.toContain('BEGIN PRIVATE')
})

test('rules over several fields are checked beside other findings', () => {
  const balancer = {
    type: 'load_balancer',
    name: 'front',
    specifications: { forwarding_rules: [], machines: [], tag: 'web', nodes: 0 },
  }
  expect(problemsOf(withResources(balancer)).map(({ where }) => where)).toEqual([
    '/resources/0/specifications/forwarding_rules',
    '/resources/0/specifications/nodes',
    '/resources/0/specifications/machines',
  ])
})

test('what deploys are to decide of a load balancer is described by nobody else, and speaks http', () => {
  const rule = { entry_protocol: 'tcp', entry_port: 80, target_protocol: 'tcp', target_port: 80 }
  const balancer = (more: object) =>
    withResources({ type: 'load_balancer', name: 'front', specifications: { forwarding_rules: [rule], ...more } })
  const whereOf = (more: object) => problemsOf(balancer(more)).map(({ where }) => where)
  expect(whereOf({ targets: 'deploys', tag: 'web' })).toEqual([
    '/resources/0/specifications/machines',
    '/resources/0/specifications/forwarding_rules',
  ])
  const http = { ...rule, entry_protocol: 'http', target_protocol: 'http' }
  expect(whereOf({ targets: 'deploys', forwarding_rules: [http] })).toEqual([])
})

test('a description that was found valid is found valid again, and stays the same', () => {
  const once = parseInfrastructure(fromRequirement, digitalOcean)
  expect(parseInfrastructure(JSON.parse(JSON.stringify(once)), digitalOcean)).toEqual(once)
})
