import type { JsonObject, ResourceType } from '@atlas/core'

type Plant = (name: string, region: string, want: JsonObject) => [path: string, body: JsonObject]

/** How somebody with curl would make one of each: the cloud's words, no stamp. */
const plants: Record<ResourceType, Plant> = {
  machine: (name, region, { size, image }) => ['/v2/droplets', { name, region, size: size!, image: image! }],
  volume: (name, region, { size_gb }) => ['/v2/volumes', { name, region, size_gigabytes: size_gb! }],
  database: (name, region, { engine, size }) => [
    '/v2/databases',
    { name, region, engine: engine!, size: size!, num_nodes: 1 },
  ],
  load_balancer: (name, region) => ['/v2/load_balancers', { name, region, droplet_ids: [], forwarding_rules: [http] }],
  firewall: (name) => ['/v2/firewalls', { name, inbound_rules: [ssh], outbound_rules: [] }],
  vpc: (name, region) => ['/v2/vpcs', { name, region }],
  ssh_key: (name, _, { public_key }) => ['/v2/account/keys', { name, public_key: public_key! }],
  snapshot: (name, _, { machine, volume }) =>
    volume === undefined
      ? [`/v2/droplets/${machine}/actions`, { type: 'snapshot', name }]
      : [`/v2/volumes/${volume}/snapshots`, { name }],
  domain: (_, __, { name }) => ['/v2/domains', { name: name! }],
  dns_record: (_, __, { domain, type, name, data }) => [
    `/v2/domains/${domain}/records`,
    { type: type!, name: name!, data: data! },
  ],
  reserved_ip: (_, region) => ['/v2/reserved_ips', { region }],
}

const http = { entry_protocol: 'http', entry_port: 80, target_protocol: 'http', target_port: 80 }
const ssh = { protocol: 'tcp', ports: '22', sources: { addresses: ['0.0.0.0/0'] } }

/** Makes a resource by a plain request and tells the cloud's id of it. */
export function planter({ url, token }: { url: string; token: string }) {
  const call = async (method: string, path: string, body?: JsonObject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const answer = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Record<string, { id?: unknown; ip?: unknown; name?: unknown }>
  }
  /** A machine's copy has an id when it is done. */
  const copied = async (name: string): Promise<string> => {
    const { snapshots } = (await call('GET', '/v2/snapshots?per_page=200')) as never as { snapshots: Named[] }
    return snapshots.find((one) => one.name === name)?.id ?? copied(name)
  }
  return async (wanted: { type: ResourceType; name: string; region: string; specifications: JsonObject }) => {
    const { type, name, region, specifications } = wanted
    const [path, body] = plants[type](name, region, specifications)
    const [[kind, made]] = Object.entries(await call('POST', path, body)) as [[string, { id?: unknown }]]
    if (kind === 'action') return copied(name)
    const { id, ip, name: named } = made as { id?: unknown; ip?: unknown; name?: unknown }
    return String(id ?? ip ?? named)
  }
}

interface Named {
  id: string
  name: string
}
