import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { AtlasError, digitalOcean, estimate, type JsonObject, parseInfrastructure } from '@atlas/core'
import { expect, test } from 'vitest'
import { blueprints, type FleetOptions, fleet, placements } from './index.ts'

const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBV8GZUbGnGLxEPYXEMrq6Ab9kQsC0pZLFgJ+XHYCYu3 admin@home'

function describe(csv: string, more: Partial<FleetOptions> = {}): JsonObject {
  return fleet.build({ csv, adminIps: ['203.0.113.100'], publicKey, ...more })
}

/** The description, or the refusal as a person reads it. */
function outcome(csv: string, more: Partial<FleetOptions>): string {
  try {
    return `${JSON.stringify(describe(csv, more), null, 2)}\n`
  } catch (error) {
    if (!(error instanceof AtlasError) || error.code !== 'csv_invalid') throw error
    const { message, hint, problems } = error
    return `${JSON.stringify({ message, hint, problems }, null, 2)}\n`
  }
}

// Each folder holds a projects.csv and what comes of it. `npx vitest run blueprints -u` writes the outcomes anew.
const folders = globSync(join(import.meta.dirname, '__cases__/*/projects.csv')).map(dirname)

test.each(folders.map((folder) => [basename(folder), folder]))('case %s', async (name, folder) => {
  const extra = join(folder, 'options.json')
  const more = existsSync(extra) ? (JSON.parse(readFileSync(extra, 'utf8')) as Partial<FleetOptions>) : {}
  const result = outcome(readFileSync(join(folder, 'projects.csv'), 'utf8'), more)
  await expect(result).toMatchFileSnapshot(
    join(folder, name.startsWith('refused') ? 'refusal.json' : 'description.json'),
  )
  if (!name.startsWith('refused')) expect(() => parseInfrastructure(JSON.parse(result), digitalOcean)).not.toThrow()
})

const twoProjects = readFileSync(join(import.meta.dirname, '../../examples/two-projects/config/projects.csv'), 'utf8')

test("requirement 2's CSV makes a master and three web machines, the first of them for both projects", () => {
  expect(placements(describe(twoProjects))).toEqual({
    hostomatic: { master: 'master', webs: ['web1', 'web2', 'web3'] },
    digitalpixo: { master: 'master', webs: ['web1'] },
  })
  expect(estimate(parseInfrastructure(describe(twoProjects))).monthly).toBe(96)
})

test('in the dedicated layout each project has machines of its own', () => {
  expect(placements(describe(twoProjects, { layout: 'dedicated' }))).toEqual({
    hostomatic: { master: 'hostomatic-master', webs: ['hostomatic-web1', 'hostomatic-web2', 'hostomatic-web3'] },
    digitalpixo: { master: 'digitalpixo-master', webs: ['digitalpixo-web1'] },
  })
})

test('a load balancer of the cloud is for deploys to send somewhere, and the only one that machines let in', () => {
  const { resources } = parseInfrastructure(describe(twoProjects, { load_balancers: ['lb-frontend'] }))
  const named = (name: string) => resources.find((one) => one.name === name)?.specifications
  expect(named('lb-frontend')).toMatchObject({ targets: 'deploys', vpc: { ref: 'net.id' } })
  expect(named('balanced')).toMatchObject({ inbound: [{ sources: { load_balancers: [{ ref: 'lb-frontend.id' }] } }] })
  expect(() => describe(twoProjects, { load_balancers: ['master'] })).toThrow('such as lb-frontend')
})

test('port 22 is open to the administrators only, the web ports on the master only', () => {
  const { resources } = parseInfrastructure(
    describe(twoProjects, { adminIps: ['203.0.113.100', '198.51.100.0/24', '2001:db8::1'] }),
  )
  const firewalls = resources
    .filter(({ type }) => type === 'firewall')
    .map(({ name, specifications }) => [name, specifications])
  const { access, public: open } = Object.fromEntries(firewalls) as Record<
    string,
    { inbound: unknown[]; tags: string[] }
  >
  expect(access!.inbound[0]).toMatchObject({
    ports: '22',
    sources: { addresses: ['203.0.113.100/32', '198.51.100.0/24', '2001:db8::1/128'] },
  })
  expect(open!.inbound).toMatchObject([{ ports: '80' }, { ports: '443' }])
  const tagged = (tag: string) =>
    resources
      .filter(({ type, specifications }) => type === 'machine' && (specifications.tags as string[]).includes(tag))
      .map(({ name }) => name)
  expect(tagged(access!.tags[0]!)).toEqual(['master', 'web1', 'web2', 'web3'])
  expect(tagged(open!.tags[0]!)).toEqual(['master'])
})

test('without an administrator address it is refused, because nobody could log in', () => {
  expect(() => describe(twoProjects, { adminIps: [] })).toThrowError(/adminIps: at least one address/)
})

test('every blueprint says what it is and what its options are', () => {
  for (const { name, summary, options } of blueprints) {
    expect([name, summary].every(Boolean)).toBe(true)
    expect(() => options.parse({})).toThrow()
  }
})
