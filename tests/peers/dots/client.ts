import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { PeerCloud } from '../cloud.ts'
import type { Report } from '../report.ts'
import { until } from '../until.ts'

// The part of the client's types that is used here: the package is not among the repository's dependencies, and its own
// declarations do not compile.

type Read<Answer> = { get(options?: { queryParameters: object }): Promise<Answer> }
type Make<Answer> = { post(body: object): Promise<Answer> }
type Change<Answer> = { put(body: object): Promise<Answer> }
type Remove = { delete(options?: { queryParameters: object }): Promise<void> }
type Listing<Key extends string, Item> = { [K in Key]: Item[] } & { meta: { total: number } }
type One<Key extends string, Item> = { [K in Key]: Item }

export interface Action {
  id: number
  type: string
  status: string
}
export interface Droplet {
  id: number
  name: string
  status: string
  vpcUuid: string
  tags: string[]
  volumeIds: string[]
  networks: { v4: { ipAddress: string; type: string }[] }
}
export interface Volume {
  id: string
  sizeGigabytes: number
  dropletIds: number[]
}
export interface Snapshot {
  id: string
  name: string
}
export interface Database {
  id: string
  status: string
  numNodes: number
  connection: { port: number; password: string }
}
export interface DomainRecord {
  id: number
  type: string
  data: string
  priority: number
}

type Actions = Make<One<'action', Action>> & Read<Listing<'actions', Action>>

export interface Client {
  v2: {
    account: Read<One<'account', { status: string; dropletLimit: number }>> & {
      keys: Make<One<'sshKey', { id: number; fingerprint: string }>> &
        Read<Listing<'sshKeys', { id: number }>> & {
          bySsh_key_identifier(id: string | number): Change<unknown> & Remove & Read<One<'sshKey', { name: string }>>
        }
    }
    customers: { my: { balance: Read<{ monthToDateUsage: string }> } }
    sizes: Read<Listing<'sizes', { slug: string }>>
    images: Read<Listing<'images', { id: number; slug: string; distribution: string }>>
    actions: { byAction_id(id: number): Read<One<'action', Action>> }
    droplets: Make<One<'droplet', Droplet>> &
      Read<Listing<'droplets', Droplet>> &
      Remove & {
        byDroplet_id(
          id: number,
        ): Read<One<'droplet', Droplet>> &
          Remove & { actions: Actions; snapshots: Read<Listing<'snapshots', { id: number }>> }
      }
    volumes: Make<One<'volume', Volume>> &
      Read<Listing<'volumes', Volume>> & {
        byVolume_id(
          id: string,
        ): Read<One<'volume', Volume>> & Remove & { actions: Actions; snapshots: Make<One<'snapshot', Snapshot>> }
      }
    snapshots: Read<Listing<'snapshots', Snapshot>> & {
      bySnapshot_id(id: string | number): Read<One<'snapshot', Snapshot>> & Remove
    }
    vpcs: Make<One<'vpc', { id: string; ipRange: string }>> & { byVpc_id(id: string): Change<unknown> & Remove }
    firewalls: Make<One<'firewall', { id: string }>> & {
      byFirewall_id(
        id: string,
      ): Read<One<'firewall', { tags: string[]; inboundRules: object[] }>> & Remove & { tags: Make<void> }
    }
    reserved_ips: Make<One<'reservedIp', { ip: string }>> & {
      byReserved_ip(ip: string): Read<One<'reservedIp', { droplet: Droplet | null }>> & Remove & { actions: Actions }
    }
    domains: Make<One<'domain', { name: string }>> & {
      byDomain_name(name: string): Read<One<'domain', { zoneFile: string }>> &
        Remove & {
          records: Make<One<'domainRecord', DomainRecord>> &
            Read<Listing<'domainRecords', DomainRecord>> & {
              byDomain_record_id(id: number): Change<One<'domainRecord', DomainRecord>> & Remove
            }
        }
    }
    projects: Make<One<'project', { id: string; name: string }>> & {
      byProject_id(
        id: string,
      ): Read<One<'project', { name: string }>> &
        Remove & { resources: Make<{ resources: { urn: string; status: string }[] }> }
    }
    tags: Make<One<'tag', { name: string }>> & {
      byTag_id(name: string): Read<One<'tag', { resources: { count: number } }>> & Remove & { resources: Make<void> }
    }
    databases: Make<One<'database', Database>> & {
      byDatabase_cluster_uuid(id: string): Read<One<'database', Database>> &
        Remove & {
          dbs: Make<unknown> & Read<{ dbs: { name: string }[] }>
          users: Make<One<'user', { name: string; password: string }>>
          firewall: Change<void> & Read<{ rules: { type: string; value: string }[] }>
          resize: Change<void>
        }
    }
  }
}

export type Scenario = (client: Client, report: Report) => Promise<void>

/** @param folder where the package is installed */
export async function connect(folder: string, { url, token }: PeerCloud): Promise<Client> {
  const load = (path: string) => import(pathToFileURL(join(folder, 'node_modules', path)).href)
  const dots = await load('@digitalocean/dots/index.js')
  const kiota = await load('@microsoft/kiota-http-fetchlibrary/dist/es/src/index.js')
  const adapter = new kiota.FetchRequestAdapter(new dots.DigitalOceanApiKeyAuthenticationProvider(token))
  adapter.baseUrl = url
  return dots.createDigitalOceanClient(adapter)
}

/** Holds that the cloud refuses; the client throws plain objects with the answer in them. */
export async function refused(request: Promise<unknown>, status: number, message: RegExp): Promise<void> {
  const error = await request.then(
    () => assert.fail(`accepted, but ${status} was expected`),
    (thrown: { responseStatusCode?: number; messageEscaped?: string }) => thrown,
  )
  assert.equal(error.responseStatusCode, status)
  assert.match(error.messageEscaped ?? '', message)
}

export const missing = (request: Promise<unknown>) => refused(request, 404, /not.*found/)

export async function completed(client: Client, started: Promise<One<'action', Action>>, type: string): Promise<void> {
  const { action } = await started
  assert.equal(action.type, type)
  const ended = await until(
    async () => (await client.v2.actions.byAction_id(action.id).get()).action,
    ({ status }) => status !== 'in-progress',
  )
  assert.equal(ended.status, 'completed')
}

export async function activeDroplet(client: Client, name: string, more: object = {}): Promise<Droplet> {
  const wanted = { name, region: 'nyc3', size: 's-1vcpu-1gb', image: 'ubuntu-24-04-x64', ...more }
  const { droplet } = await client.v2.droplets.post(wanted)
  return until(
    async () => (await client.v2.droplets.byDroplet_id(droplet.id).get()).droplet,
    ({ status, networks }) => status === 'active' && networks.v4.length === 2,
  )
}
