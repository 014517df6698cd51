import { z } from 'zod'
import type { JsonObject } from '../json.ts'
import { database } from './database.ts'
import { dnsRecord } from './dns-record.ts'
import { domain } from './domain.ts'
import { firewall } from './firewall.ts'
import { loadBalancer } from './load-balancer.ts'
import { machine } from './machine.ts'
import type { ImageNeed, SizeNeed } from './need.ts'
import { reservedIp } from './reserved-ip.ts'
import { snapshot } from './snapshot.ts'
import { sshKey } from './ssh-key.ts'
import type { ResourceType } from './types.ts'
import { name, type Reference } from './values.ts'
import { volume } from './volume.ts'
import { vpc } from './vpc.ts'

/** Where an infrastructure can be. `memory` is the reference driver: a cloud that forgets. */
export const providers = ['digitalocean', 'memory'] as const
export type Provider = (typeof providers)[number]

/** Every resource type's specifications. A new type is a file beside this one and a line here. */
export const specifications = {
  machine,
  volume,
  database,
  load_balancer: loadBalancer,
  firewall,
  vpc,
  ssh_key: sshKey,
  snapshot,
  domain,
  dns_record: dnsRecord,
  reserved_ip: reservedIp,
} as const satisfies Record<ResourceType, z.ZodType>

const resourceName = name.describe('Unique within the infrastructure; a machine is called so.')

const resource = <T extends ResourceType, S extends z.ZodType>(type: T, schema: S) =>
  z.strictObject({ type: z.literal(type), name: resourceName, specifications: schema })

const machineResource = z.strictObject({
  type: z.enum(['machine', 'droplet']).transform(() => 'machine' as const),
  name: resourceName,
  specifications: machine,
})

export const resourceSchema = z.discriminatedUnion('type', [
  machineResource,
  resource('volume', volume),
  resource('database', database),
  resource('load_balancer', loadBalancer),
  resource('firewall', firewall),
  resource('vpc', vpc),
  resource('ssh_key', sshKey),
  resource('snapshot', snapshot),
  resource('domain', domain),
  resource('dns_record', dnsRecord),
  resource('reserved_ip', reservedIp),
])

const tagPart = z.string().regex(/^[a-zA-Z0-9_-]{1,100}$/, 'letters, digits, dashes and underscores, at most 100')

/** The description of an infrastructure, as a person or a program writes it. */
export const infrastructureSchema = z.strictObject({
  name: name.describe('Unique within the workspace.'),
  provider: z.enum(providers).describe('The cloud it is on.'),
  region: z.string().min(1, 'the slug of a region, such as nyc3').describe('Slug of the region, such as `nyc3`.'),
  resources: z.array(resourceSchema).describe('What it is made of, in any order.'),
  expected_transfer_gb: z
    .number()
    .min(0)
    .optional()
    .describe(
      'GiB of outbound transfer that are expected in a month, for the price alone: what the machines do not have included is added.',
    ),
  tags: z.record(tagPart, tagPart).default({}).describe('On everything in the cloud that has tags, as `key:value`.'),
})

/** One resource of a description that was found valid: defaults filled in, aliases resolved. */
export interface Resource {
  type: ResourceType
  name: string
  specifications: JsonObject
}

/** A description that was found valid. */
export interface Infrastructure {
  name: string
  provider: Provider
  region: string
  resources: Resource[]
  expected_transfer_gb?: number | undefined
  tags: Record<string, string>
}

type Known<T> = T extends Reference | SizeNeed | ImageNeed
  ? never
  : T extends readonly (infer Item)[]
    ? Known<Item>[]
    : T extends object
      ? { [Key in keyof T]: Known<T[Key]> }
      : T

/** Specifications as a driver's `create` gets them: references are values, sizes and images are slugs. */
export type SpecificationsOf<T extends ResourceType> = Known<z.output<(typeof specifications)[T]>>
