import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine, MachinePlace, Reach } from '@atlas/deploy'
import type { InfrastructureRecord, Store } from '@atlas/store'
import { resourceViews, type ViewParts } from '../control/views.ts'

/**
 * How deploys reach a machine: as the API says of it, with the key of this data folder. A host key that the cloud does
 * not tell is learnt at the first connection, in the file that `atlas ssh` reads too. It is that of one machine: one that is
 * made anew under its name has another id, and nobody knows its key yet.
 */
export async function reachMachine(
  parts: ViewParts & { store: Pick<Store, 'infrastructure'> },
  { workspace, infrastructure, machine }: MachinePlace,
): Promise<Reach | undefined> {
  const { resources } = await parts.store.infrastructure(workspace, infrastructure)
  const named = resources.filter(({ type, resource }) => type === 'machine' && resource === machine)
  const [view] = await resourceViews(parts, named.slice(-1))
  if (view?.ssh?.identityFile === undefined) return undefined
  const { id } = named.at(-1)!
  const { host, port, user, identityFile, knownHosts } = view.ssh
  const privateKey = readFileSync(identityFile, 'utf8')
  if (knownHosts !== undefined) return { host, port, user, privateKey, knownHosts }
  const file = join(parts.dataDir, 'ssh', 'known_hosts', `${infrastructure}.${machine}.${id}`)
  return {
    host,
    port,
    user,
    privateKey,
    knownHosts: existsSync(file) ? readFileSync(file, 'utf8') : undefined,
    learn(line) {
      mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 })
      appendFileSync(file, `${line}\n`, { mode: 0o600 })
    },
  }
}

/** With the address at which the others of its network reach it; `undefined` where it is not there, or has none. */
export function machineIn({ resources }: InfrastructureRecord, name: string): Machine | undefined {
  const found = resources
    .filter(({ type, resource, phase }) => type === 'machine' && resource === name && phase === 'ready')
    .at(-1)
  const { private_ip, public_ip } = found?.attributes ?? {}
  const address = [private_ip, public_ip].find((one): one is string => typeof one === 'string' && one !== '')
  return found && address !== undefined ? { name, id: found.id, address } : undefined
}

/** All of them that there are. */
export function machinesIn(record: InfrastructureRecord): Machine[] {
  const names = record.resources.filter(({ type }) => type === 'machine').map(({ resource }) => resource)
  return [...new Set(names)].flatMap((name) => machineIn(record, name) ?? [])
}
