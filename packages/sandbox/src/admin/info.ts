import type { Cloud } from '../cloud.ts'
import type { Effects } from '../machines/backend.ts'

/** What a promise of the cloud means where it is not kept. */
const missing: Readonly<Record<keyof Effects, string>> = {
  ssh: 'droplets are records only: no machine runs and no SSH answers',
  firewall: 'firewalls are records only: every port of a droplet is open to this computer',
  privateNetwork: 'private addresses are records only: droplets reach each other at their public ones',
  ownPorts: 'droplets share the ports of this computer: two that bind 0.0.0.0 on the same port collide',
  cpuAndMemoryLimits: 'sizes limit neither CPU nor memory',
}

const never = [
  'reserved IPs are records only: traffic to them reaches no droplet',
  'domains are records only: no name server answers for them',
  'IPv6 addresses are from a documentation prefix and reach nothing',
  'custom images are records only: the url is not fetched',
]

/** What this sandbox is, what it does not do, and how its machines are reached. */
export async function info(cloud: Cloud) {
  const { name, isolation, effects } = cloud.backend
  const absent = Object.entries(effects).flatMap(([effect, holds]) => (holds ? [] : [missing[effect as keyof Effects]]))
  return {
    backend: name,
    isolation,
    effects,
    not_in_effect: [...absent, ...never],
    databases: [...cloud.databases.all()].map(({ id, name, engine, server, problem }) => ({
      id,
      name,
      engine,
      ...(server ? { server } : { record_only: problem ?? whyRecord(cloud, engine) }),
    })),
    load_balancers: [...cloud.loadBalancers.all()].map(({ id, name, address }) => {
      const running = cloud.balancers.running(id)
      return { id, name, address, entries: running?.entries ?? [], targets: running?.health() ?? [] }
    }),
    droplets:
      name === 'none' ? [] : await Promise.all([...cloud.droplets.all()].map((droplet) => machine(cloud, droplet.id))),
  }
}

async function machine(cloud: Cloud, id: number) {
  const { name, address, status } = cloud.droplets.get(id)!
  const ssh = { host: address, port: cloud.options.sshPort, user: 'root' }
  const key = await cloud.backend.hostKey(id)
  return {
    id,
    name,
    status,
    machine: await cloud.backend.state(id),
    ssh: { ...ssh, ...(key && { known_hosts: knownHosts(ssh, key) }) },
  }
}

/** A line for the file known_hosts. */
const knownHosts = ({ host, port }: { host: string; port: number }, key: string): string =>
  `${port === 22 ? host : `[${host}]:${port}`} ${key}`

const whyRecord = ({ databaseKeeper }: Cloud, engine: string): string =>
  engine === 'pg' && databaseKeeper.real ? 'its server is not up yet' : `no server for ${engine} runs here`
