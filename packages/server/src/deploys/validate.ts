import { setTimeout as pause } from 'node:timers/promises'
import type { ValidationView } from '@atlas/api'
import type { JsonObject } from '@atlas/core'
import {
  type Environment,
  hostsOf,
  lookAt,
  type MachineSight,
  type Machines,
  type PortAssignment,
  type Served,
  validate,
} from '@atlas/deploy'
import type { EnvironmentRecord, InfrastructureRecord, Store } from '@atlas/store'
import type { Connections } from '../credentials/connections.ts'
import { machinesIn } from './machines.ts'
import { specOf } from './spec.ts'

interface Parts {
  store: Pick<Store, 'deploys' | 'infrastructure' | 'targets' | 'certificates'>
  machines: Machines
  connections: Pick<Connections, 'open'>
}

/** All machines are asked at once, and waited for no longer. Milliseconds. */
const patienceMs = 10_000

/** Asks every machine of an infrastructure, and says where its answer, the records and the load balancers disagree. */
export async function validateInfrastructure(
  { store, machines, connections }: Parts,
  workspace: string,
  idOrName: string,
): Promise<ValidationView> {
  const record = await store.infrastructure(workspace, idOrName)
  const all = await store.deploys.environments(workspace)
  const environments = all.filter(({ infrastructure }) => infrastructure === record.name)
  const there = machinesIn(record)
  const watched = (await store.targets.watched()).filter((one) => one.workspace === workspace)
  const served = await Promise.all(
    environments.flatMap(servedOf).map(async (one): Promise<Served> => {
      const ejected = watched.find((other) => laneOf(other) === laneOf(one))?.ejected ?? []
      return { ...one, ejected, ...(await securedIn(store, workspace, one)) }
    }),
  )
  const time = AbortSignal.timeout(patienceMs)
  const platforms = platformsOf(served)
  const sights = there.map(async ({ name }) => {
    const lanes = served.filter(({ spec }) => spec.machines.includes(name)).map(laneOf)
    const place = { workspace, infrastructure: record.name, machine: name }
    const sight = machines.use(place, (machine) => lookAt(machine, { lanes, platforms }, time))
    return [name, await answered(sight, time, name)] as const
  })
  const changing = environments.filter((one) => one.changing)
  const findings = validate(
    {
      infrastructure: record.name,
      machines: there,
      served,
      ports: (await store.deploys.ports(record.id)) as unknown as PortAssignment[],
      balancers: await balancersSeen(connections, workspace, record, served, time),
      changing: new Set(changing.map(laneOf)),
    },
    new Map(await Promise.all(sights)),
  )
  return {
    infrastructure: record.name,
    machines: there.map(({ name }) => name),
    changing: changing.map(({ project, environment }) => `${project} ${environment}`),
    findings,
  }
}

/** Asked of the cloud, each by its id. */
async function balancersSeen(
  connections: Parts['connections'],
  workspace: string,
  { provider }: InfrastructureRecord,
  served: readonly Served[],
  time: AbortSignal,
): Promise<ReadonlyMap<string, JsonObject | Error>> {
  const ids = served.flatMap(({ spec }) =>
    Object.values(spec.balancers ?? {}).map((name) => [name, spec.ids[name]!] as const),
  )
  if (ids.length === 0) return new Map()
  const opened = connections.open({ workspace, provider }).then(({ driver }) => driver.types.load_balancer!)
  const seen = ids.map(async ([name, id]) => {
    const look = async () => {
      const kind = await opened
      return kind.describe(await kind.get(id, time))!.specifications
    }
    return [name, await look().catch((error: Error) => error)] as const
  })
  return new Map(await Promise.all(seen))
}

async function securedIn(
  { certificates }: Parts['store'],
  workspace: string,
  { spec, project, environment }: Served,
): Promise<Pick<Served, 'secured'>> {
  const from = spec.front?.tls?.from
  if (!from) return {}
  if ('secrets' in from) return { secured: hostsOf(spec).map(({ host }) => host) }
  const kept = await certificates.find(workspace, project, environment)
  return kept ? { secured: kept.hosts } : {}
}

const laneOf = ({ project, environment }: { project: string; environment: string }) => `${project}.${environment}`

function servedOf({ project, environment, serving }: EnvironmentRecord): Served[] {
  if (!serving) return []
  const spec = specOf(serving)
  // What is in a cluster, the cluster watches: `atlas services` asks it.
  if (spec.cluster) return []
  return [{ project, environment: environment as Environment, release: serving.release.tag, spec }]
}

const platformsOf = (served: readonly Served[]): string[] => [
  ...new Set(['process', ...served.flatMap(({ spec }) => spec.services.map(({ platform }) => platform))]),
]

function answered(work: Promise<MachineSight>, time: AbortSignal, machine: string): Promise<MachineSight | Error> {
  const late = pause(patienceMs * 2, undefined, { signal: time, ref: false }).catch(() => undefined)
  return Promise.race([
    work.catch((error: Error) => error),
    late.then(() => new Error(`${machine} did not answer within ${patienceMs / 1000} s`)),
  ])
}
