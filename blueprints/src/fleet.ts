import { AtlasError, catalogueOf, type JsonObject, providers, type Size } from '@atlas/core'
import { z } from 'zod'
import type { Blueprint } from './blueprint.ts'
import { placementTags, type Role } from './placement.ts'
import { type Project, readProjects } from './projects.ts'

const address = z.union([z.ipv4(), z.cidrv4(), z.ipv6(), z.cidrv6()], 'an IP address or a CIDR, such as 203.0.113.7/32')

/** Another one would be a machine's, or the blueprint's own. */
const name = z
  .string()
  .regex(/^lb-[a-z0-9-]{1,40}$/, 'lb- and lower case letters, digits or dashes, such as lb-frontend')

const options = z.strictObject({
  csv: z.string().describe('The text of projects.csv: Project,Servers,MasterSpec,WebSpec.'),
  file: z.string().default('projects.csv').describe('How messages call it.'),
  name: z.string().default('fleet').describe('Name of the infrastructure.'),
  workspace: z.string().default('default').describe('Keeps tags of one account apart that several workspaces share.'),
  provider: z.enum(providers).default('digitalocean'),
  region: z.string().default('lon1').describe('Slug of the region.'),
  image: z.string().default('ubuntu-24-04-x64').describe('Image of every machine.'),
  adminIps: z
    .array(address)
    .min(1, 'at least one address: nobody could log in otherwise')
    .describe('Addresses or CIDRs that may reach port 22 (ADMIN_IP and ADDITIONAL_IPS).'),
  publicKey: z.string().min(1).describe("Public key, in OpenSSH's one-line form, that may log in as root."),
  expected_transfer_gb: z
    .number()
    .min(0)
    .optional()
    .describe('GiB of outbound transfer expected in a month, for the price.'),
  load_balancers: z
    .array(name)
    .default([])
    .describe('Names of load balancers of the cloud that environments of projects stand behind, a service each.'),
  layout: z
    .enum(['shared', 'dedicated'])
    .default('shared')
    .describe('shared: one master, and web machines that several projects use. dedicated: each project has its own.'),
})

export type FleetOptions = z.input<typeof options>

/** Machines for the projects of a CSV. */
export const fleet: Blueprint<typeof options> = {
  name: 'fleet',
  summary: 'A master and web machines for the projects of a CSV, in a private network behind firewalls.',
  options,
  build(given) {
    const parsed = options.safeParse(given)
    if (!parsed.success) throw optionsInvalid(parsed.error.issues)
    const chosen = parsed.data
    const projects = readProjects(chosen.csv, chosen.file, catalogueOf(chosen.provider)!)
    return describe(chosen, chosen.layout === 'shared' ? shared(projects) : dedicated(projects))
  },
}

type Chosen = z.output<typeof options>

interface Machine {
  name: string
  role: Role
  size: Size
  projects: string[]
}

/** One master for all; web machine i serves every project that asks for at least i. */
function shared(projects: readonly Project[]): Machine[] {
  const count = Math.max(...projects.map(({ servers }) => servers))
  const webs = Array.from({ length: count }, (_, n) => {
    const here = projects.filter(({ servers }) => servers > n)
    return machine(`web${n + 1}`, 'web', here, ({ webSpec }) => webSpec)
  })
  return [machine('master', 'master', projects, ({ masterSpec }) => masterSpec), ...webs]
}

function dedicated(projects: readonly Project[]): Machine[] {
  return projects.flatMap((project) => [
    machine(`${project.name}-master`, 'master', [project], ({ masterSpec }) => masterSpec),
    ...Array.from({ length: project.servers }, (_, n) =>
      machine(`${project.name}-web${n + 1}`, 'web', [project], ({ webSpec }) => webSpec),
    ),
  ])
}

const machine = (
  name: string,
  role: Role,
  projects: readonly Project[],
  sizeOf: (project: Project) => Size,
): Machine => ({
  name,
  role,
  size: projects.map(sizeOf).reduce(larger),
  projects: projects.map((project) => project.name),
})

/** By memory, then processors, disk and price: what runs out first decides. */
const larger = (a: Size, b: Size): Size =>
  (a.memory_mb - b.memory_mb || a.vcpus - b.vcpus || a.disk_gb - b.disk_gb || a.monthly - b.monthly) >= 0 ? a : b

function describe(chosen: Chosen, machines: readonly Machine[]): JsonObject {
  const everyMachine = `${chosen.workspace}-${chosen.name}`
  const everyMaster = `${everyMachine}-master`
  return {
    name: chosen.name,
    provider: chosen.provider,
    region: chosen.region,
    ...(chosen.expected_transfer_gb !== undefined && { expected_transfer_gb: chosen.expected_transfer_gb }),
    resources: [
      { type: 'vpc', name: 'net', specifications: { description: `Private network of ${chosen.name}` } },
      { type: 'ssh_key', name: 'admin-key', specifications: { public_key: chosen.publicKey } },
      { type: 'firewall', name: 'access', specifications: access(chosen.adminIps, everyMachine) },
      { type: 'firewall', name: 'public', specifications: publicWeb(everyMaster) },
      ...balanced(chosen.load_balancers, everyMachine),
      ...machines.map(({ name, role, size, projects }) => ({
        type: 'machine',
        name,
        specifications: {
          size: size.slug,
          image: chosen.image,
          ssh_keys: [{ ref: 'admin-key.id' }],
          vpc: { ref: 'net.id' },
          tags: [everyMachine, ...(role === 'master' ? [everyMaster] : []), ...placementTags(role, projects)],
        },
      })),
    ],
    tags: { blueprint: 'fleet' },
  }
}

/** They send nowhere until a deploy says where to. What lets them in is a firewall of its own, so that `access` waits for none. */
function balanced(names: readonly string[], tag: string): JsonObject[] {
  if (names.length === 0) return []
  const rule = { entry_protocol: 'http', entry_port: 80, target_protocol: 'http', target_port: 80 }
  const inbound = [
    { protocol: 'tcp', ports: 'all', sources: { load_balancers: names.map((one) => ({ ref: `${one}.id` })) } },
  ]
  return [
    ...names.map((name) => ({
      type: 'load_balancer',
      name,
      specifications: { forwarding_rules: [rule], targets: 'deploys', vpc: { ref: 'net.id' } },
    })),
    { type: 'firewall', name: 'balanced', specifications: { inbound, tags: [tag] } },
  ]
}

// Firewalls name machines by tag, not by reference: they exist before the first machine does, so no machine is open for
// a moment, and DigitalOcean takes ten machines by name but any number by tag.

/** Port 22 for administrators, everything for the machines among themselves. */
function access(adminIps: readonly string[], tag: string): JsonObject {
  const inside = { addresses: [{ ref: 'net.ip_range' }] }
  return {
    inbound: [
      { protocol: 'tcp', ports: '22', sources: { addresses: [...new Set(adminIps.map(asRange))] } },
      { protocol: 'tcp', ports: 'all', sources: inside },
      { protocol: 'udp', ports: 'all', sources: inside },
      { protocol: 'icmp', sources: inside },
    ],
    tags: [tag],
  }
}

const publicWeb = (tag: string): JsonObject => ({
  inbound: ['80', '443'].map((ports) => ({ protocol: 'tcp', ports, sources: { addresses: ['0.0.0.0/0', '::/0'] } })),
  tags: [tag],
})

const asRange = (ip: string) => (ip.includes('/') ? ip : `${ip}/${ip.includes(':') ? 128 : 32}`)

const optionsInvalid = (issues: readonly z.core.$ZodIssue[]) =>
  new AtlasError('config_invalid', issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '), {
    problems: issues.map(({ path, message }) => ({ where: path.join('.'), message })),
    hint: 'Set ADMIN_IP, or change deployment_config.json.',
  })
