import type { Cloud } from '../cloud.ts'
import { inWords, notInEffect } from '../http/notices.ts'
import { portHere } from '../machines/index.ts'

/** What this sandbox is, what it does not do, and how its machines are reached. */
export async function info(cloud: Cloud) {
  const { name, isolation, effects } = cloud.backend
  return {
    backend: name,
    isolation,
    effects,
    not_in_effect: notInEffect(effects),
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
  const lacks = cloud.backend.lacks?.(id) ?? []
  return {
    id,
    name,
    status,
    machine: await cloud.backend.state(id),
    // Where its port 80 is found, by whoever looks from this computer.
    http_port: portHere(80),
    ssh: { ...ssh, ...(key && { known_hosts: knownHosts(ssh, key) }) },
    ...(lacks.length > 0 && { not_in_effect: lacks.map(inWords) }),
  }
}

/** A line for the file known_hosts. */
const knownHosts = ({ host, port }: { host: string; port: number }, key: string): string =>
  `${port === 22 ? host : `[${host}]:${port}`} ${key}`

const whyRecord = ({ databaseKeeper }: Cloud, engine: string): string =>
  engine === 'pg' && databaseKeeper.real ? 'its server is not up yet' : `no server for ${engine} runs here`
