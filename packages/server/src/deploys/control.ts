import type { Convergence, DeploysControl, EnvironmentView, InstanceView, ServiceView } from '@atlas/api'
import {
  type Cluster,
  type Clusters,
  type DeploymentSpec,
  type Environment,
  hashBasedPort,
  hostsOf,
  type InstanceSight,
  type Machines,
  observe,
  portOf,
  resourceHash,
  type Sources,
} from '@atlas/deploy'
import type { DeploymentRecord, EnvironmentRecord, InfrastructureRecord, Store, WatchedEnvironment } from '@atlas/store'
import type { SshDirectory } from '../control/ssh.ts'
import type { Connections } from '../credentials/connections.ts'
import { addressOfBalancer } from './balancers.ts'
import { imageArchive, releaseImages } from './images.ts'
import { machineIn, machinesIn } from './machines.ts'
import { checkPlace, checkProject, neverDeployed } from './named.ts'
import { releaseRecord } from './release-record.ts'
import { specOf } from './spec.ts'
import { validateInfrastructure } from './validate.ts'

interface Parts {
  store: Pick<Store, 'targets' | 'certificates' | 'deploys' | 'infrastructure'>
  machines: Machines
  clusters: Clusters
  connections: Pick<Connections, 'open'>
  sources: Sources
  ssh: SshDirectory | undefined
}

export const deploysControl = ({ store, machines, clusters, connections, sources, ssh }: Parts): DeploysControl => {
  const { deploys, infrastructure } = store
  const look = async (workspace: string, found: EnvironmentRecord, record: InfrastructureRecord) => {
    const addresses = new Map(machinesIn(record).map(({ name, address }) => [name, address]))
    const place = { workspace, ...found, environment: found.environment as Environment }
    if (!found.serving) return []
    const sights = await observe({ machines, clusters }, place, specOf(found.serving), addresses)
    return withoutTraffic(sights, await ejectedOf(workspace, found))
  }
  const ejectedOf = async (workspace: string, { project, environment }: EnvironmentRecord) =>
    (await store.targets.watched()).find(
      (one) => one.workspace === workspace && one.project === project && one.environment === environment,
    )?.ejected ?? []
  return {
    async environments(workspace, { observed }) {
      const all = await deploys.environments(workspace)
      if (!observed) return all.map((one) => environmentView(one))
      return Promise.all(
        all.map(async (one) => {
          const sights = await look(workspace, one, await infrastructure(workspace, one.infrastructure))
          return { ...environmentView(one), observed: convergence(one, sights) }
        }),
      )
    },
    validate: (workspace, idOrName) => validateInfrastructure({ store, machines, connections }, workspace, idOrName),
    derived(project, environment, { base, size }) {
      const place = checkPlace({ project, environment })
      return {
        hash: resourceHash(place.project, place.environment),
        port: hashBasedPort(place.project, place.environment, base, size),
      }
    },
    releases: (workspace, filter) => deploys.releases(workspace, filter),
    release: (workspace, project, tag) => releaseRecord(deploys, workspace, project, tag),
    async source(workspace, project, tag) {
      const { url, commit } = await deploys.release(workspace, project, tag)
      return (await sources({ workspace, project }).tree(url, commit)).archive()
    },
    images: (workspace, project, tag) => releaseImages({ store, machines }, { workspace, project, tag }),
    imageArchive: (workspace, project, tag, service) =>
      imageArchive({ store, machines }, { workspace, project, tag }, service),
    receive: async (workspace, project, commit, pack) =>
      sources({ workspace, project: checkProject(project) }).receive(commit, pack),
    async services(workspace, project, environment, { observed }) {
      const place = checkPlace({ project, environment })
      const found = await deploys.environment(workspace, project, environment)
      if (!found) throw neverDeployed(place, await deploys.environments(workspace))
      const record = await infrastructure(workspace, found.infrastructure)
      const sights = observed ? await look(workspace, found, record) : undefined
      return {
        ...environmentView(found),
        observed: sights ? convergence(found, sights) : null,
        services: found.serving
          ? servicesOf(found, found.serving, record, { sights, door: await doorOf(ssh, record, specOf(found.serving)) })
          : [],
      }
    },
  }
}

/** What answers and gets no requests all the same is not well yet. */
export const withoutTraffic = (
  sights: readonly InstanceSight[],
  ejected: WatchedEnvironment['ejected'],
): InstanceSight[] =>
  sights.map((sight) => {
    const out = ejected.find(({ service, machine }) => service === sight.service && machine === sight.machine)
    if (!out || sight.state !== 'healthy') return sight
    return { ...sight, state: 'unhealthy', reason: `it gets no requests yet: ${out.reason}` }
  })

function environmentView({
  project,
  environment,
  infrastructure,
  serving,
  served,
}: EnvironmentRecord): EnvironmentView {
  const release = serving?.release.tag ?? null
  const tags = [...new Set(served.map((one) => one.release.tag))]
  return {
    project,
    environment,
    infrastructure,
    release,
    since: serving?.servedAt ?? null,
    earlier: tags.filter((tag) => tag !== release),
    observed: null,
  }
}

/** How far what was looked at is what is on record. */
function convergence({ serving }: EnvironmentRecord, sights: readonly InstanceSight[]): Convergence {
  const wanted = serving && specOf(serving).running
  const count = (holds: (sight: InstanceSight) => boolean) => sights.filter(holds).length
  return {
    converged: count(({ state, service, release }) => state === 'healthy' && release === wanted?.[service]?.release),
    unknown: count(({ state }) => state === 'unknown'),
    instances: sights.length,
  }
}

function servicesOf(
  { project, environment }: EnvironmentRecord,
  serving: DeploymentRecord,
  record: InfrastructureRecord,
  { sights, door }: { sights: readonly InstanceSight[] | undefined; door: Door },
): ServiceView[] {
  const deployed = specOf(serving)
  const { services, machines, cluster } = deployed
  const urlOf = (name: string) =>
    cluster ? urlInside(deployed, cluster, name) : door(name, `/${project}/${environment}/${name}/`)
  const seen = (service: string, machine: string): InstanceView['observed'] => {
    const sight = sights?.find((one) => one.service === service && one.machine === machine)
    if (!sight) return null
    const { state, release, since, reason } = sight
    return { state, release, since, reason }
  }
  // Pods come and go: which there are is known only of those that were seen.
  const placesOf = (name: string) => {
    const pods = cluster && sights?.filter(({ service }) => service === name).map(({ machine }) => machine)
    return pods ?? machines
  }
  return services.map(({ name, platform, command, health, secrets, env }) => ({
    name,
    platform,
    command,
    port: portOf(deployed, { name }),
    url: urlOf(name),
    healthPath: health.path,
    instances: placesOf(name).map((machine) => ({
      machine,
      address: addressOf(record, machine, 'private_ip'),
      observed: seen(name, machine),
    })),
    secrets,
    env,
  }))
}

/** Where the load balancer answers; in a sandbox that may be another port of this computer. */
async function doorOf(
  ssh: SshDirectory | undefined,
  record: InfrastructureRecord,
  { master, balancers }: DeploymentSpec,
): Promise<Door> {
  const { id } = machineIn(record, master) ?? {}
  const port = (id && (await ssh?.())?.get(id)?.httpPort) || 80
  if (balancers) return (service) => addressOfBalancer(record, balancers[service]!, port)
  const address = addressOf(record, master, 'public_ip')
  return (_, path) => address && `http://${address}${port === 80 ? '' : `:${port}`}${path}`
}

/** Where requests for a service arrive. */
type Door = (service: string, path: string) => string | null

/** From outside by its host, from inside the cluster by the name of its Service. */
function urlInside(spec: DeploymentSpec, { namespace, tls_secret }: Cluster, service: string): string {
  const found = hostsOf(spec).find((one) => one.service === service)
  if (found) return `${tls_secret === undefined ? 'http' : 'https'}://${found.host}/`
  return `http://${service}.${namespace}.svc/`
}

function addressOf({ resources }: InfrastructureRecord, machine: string, which: 'private_ip' | 'public_ip') {
  const found = resources.filter(({ type, resource }) => type === 'machine' && resource === machine).at(-1)
  const value = found?.attributes[which]
  return typeof value === 'string' ? value : null
}
