import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AtlasError, type Plan, type Work } from '@atlas/core'
import {
  type Cluster,
  type Clusters,
  clusterFor,
  type DeployInput,
  deployPerformer,
  examine,
  laneOf,
  openClusters,
  planDeploy,
  type Secrets,
  type Serving,
  type Source,
} from '@atlas/deploy'
import { type KubernetesObject, KubernetesObjectApi, loadAllYaml, PatchStrategy } from '@kubernetes/client-node'
import { type Programs, startCluster } from './cluster.ts'

type Service = DeployInput['services'][number]

export interface Wish {
  release: string
  revision: number
  services?: Partial<Service>[]
  serving?: Serving
  cluster?: Partial<Cluster>
  domain?: DeployInput['domain']
  environment?: 'test' | 'uat' | 'prod'
}

interface Worker {
  epoch?: number
  by?: Clusters
}

/** Registry, kubeconfig and passwords by name: what the environment of a server would have. */
const values: Record<string, string> = { DB_PASSWORD: 'correct horse', GHCR_TOKEN: 'ghp_example' }

const groups: Record<string, string> = {
  Deployment: 'apps/v1',
  ReplicaSet: 'apps/v1',
  Ingress: 'networking.k8s.io/v1',
  Job: 'batch/v1',
  Lease: 'coordination.k8s.io/v1',
}

const role = join(import.meta.dirname, '../../../deploy/kubernetes/deployer.yaml')

const source: Source = {
  resolve: () => Promise.reject(new Error('no repository takes part')),
  tree: async () => ({ read: async () => undefined, list: async () => [], archive: () => process.stdin }),
  tag: async () => undefined,
  checkTag: async () => undefined,
  receive: () => Promise.reject(new Error('no working tree takes part')),
  workingTree: () => Promise.reject(new Error('no working tree takes part')),
}

/** Deploys of the project `shop` to a real cluster, by a user with as few rights as can be. */
export async function startWorld(programs: Programs) {
  const real = await startCluster(programs, ['deployer'])
  const secrets: Secrets = {
    async find(_, names) {
      const found = names.flatMap((name) => {
        const value = name === 'kube' ? real.kubeconfig('deployer') : values[name.toUpperCase()]
        const found = { value: value ?? '', version: `version of ${name}`, variable: name, source: 'test' }
        return value === undefined ? [] : [[name, found] as const]
      })
      return new Map(found)
    },
    former: async () => [],
  }
  const clusters = openClusters(secrets, {})
  const admin = KubernetesObjectApi.makeApiClient(real.configOf('admin'))
  return {
    real,
    clusters,
    certificateOf: async () => undefined,
    admin,
    /** The namespace, and in it the Role that the documentation names, for the user of the kubeconfig. */
    async allow(namespace: string) {
      const text = readFileSync(role, 'utf8').replaceAll('shop-prod', namespace)
      for (const object of loadAllYaml(text) as KubernetesObject[])
        await admin.create(
          object.kind === 'RoleBinding'
            ? { ...object, subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'deployer' }] }
            : object,
        )
    },
    async objects(kind: string, namespace: string): Promise<KubernetesObject[]> {
      return (await admin.list(groups[kind] ?? 'v1', kind, namespace)).items
    },
    /** A change that another program makes. */
    asSomebody: (manager: string, object: KubernetesObject & { spec: object }) =>
      admin.patch(object, undefined, undefined, manager, undefined, PatchStrategy.MergePatch),
    ...deploying(secrets, clusters),
    stop: real.stop,
  }
}

export type World = Awaited<ReturnType<typeof startWorld>>

function deploying(secrets: Secrets, clusters: Clusters) {
  const place = (wish: Wish) => ({ workspace: 'default', project: 'shop', environment: wish.environment ?? 'uat' })
  const clusterOf = ({ cluster, environment = 'uat' }: Wish) =>
    clusterFor({ kubeconfig: 'kube', ...cluster }, 'shop', environment)

  function plan(wish: Wish): Plan {
    const cluster = clusterOf(wish)
    const here = { name: cluster.namespace, id: cluster.namespace, address: '' }
    const services = wish.services ?? [{}]
    return planDeploy({
      kind: 'deploy',
      ...place(wish),
      infrastructure: { name: 'fleet', provider: 'memory', account: 'memory:1', region: 'here', price },
      revision: wish.revision,
      release: {
        tag: wish.release,
        version: '1.0.0',
        source: {
          url: 'file:///srv/shop.git',
          ref: 'main',
          commit: wish.release.padEnd(40, '0'),
          tree: '0'.repeat(40),
        },
      },
      services: services.map((more) => ({ ...service, image: `registry.test/shop/backend:${wish.release}`, ...more })),
      ...(wish.domain && { domain: wish.domain }),
      secretVersions: { db_password: 'version of db_password' },
      master: here,
      webs: [here],
      cluster,
      assigned: [],
      portRange: { base: 8000, size: 1000 },
      serving: wish.serving,
      keep: [],
    })
  }

  /** One step, by a worker of that epoch. */
  async function perform(planned: Plan, work: Work, { epoch = 1, by = clusters }: Worker = {}): Promise<void> {
    const machines = { use: () => Promise.reject(new Error('no machine takes part')), close: async () => undefined }
    const none = async () => undefined
    const parts = { sources: () => source, secrets, machines, clusters: by, machineOf: none, certificateOf: none }
    const performer = deployPerformer(parts)
    const where = { workspace: 'default', infrastructure: 'fleet', operation: '1' }
    const signal = AbortSignal.timeout(90_000)
    await performer.perform({ ...where, epoch, plan: planned, work, signal, told: () => undefined, reshape: none })
  }

  /** What a worker does with a plan, in the order of its steps; where one fails, what was begun is taken back. */
  async function carryOut(planned: Plan) {
    const done: string[] = []
    const steps = planned.work ?? []
    try {
      for (const work of steps.filter(({ phase }) => phase !== 'withdraw')) {
        await perform(planned, work)
        done.push(work.action)
      }
    } catch (error) {
      if (done.includes('switch') || !(error instanceof AtlasError)) throw error
      // As the engine does: a route that nobody began to change is as it was.
      const isMoving = steps[done.length]?.action === 'switch'
      for (const work of steps)
        if (work.phase === 'withdraw' && (isMoving || work.action !== 'restore')) await perform(planned, work)
      return { error, done }
    }
    return { error: undefined, done }
  }

  const servingAfter = ({ deployment }: Plan): Serving => ({
    release: deployment!.release,
    spec: deployment!.spec as unknown as Serving['spec'],
  })

  return {
    plan,
    perform,
    carryOut,
    servingAfter,
    /** What a plan would find. */
    async look(wish: Wish) {
      const client = await clusters.open(place(wish), clusterOf(wish), AbortSignal.timeout(20_000))
      return examine(client, laneOf('shop', wish.environment ?? 'uat'))
    },
  }
}

const price = {
  currency: 'USD' as const,
  before: 0,
  after: 0,
  change: 0,
  unpriced: [],
  catalogueDate: '2026-01-01',
  transfer: { includedGb: 0, perGbBeyond: 0.01, monthly: 0 },
}

const service: Service = {
  name: 'backend',
  platform: 'kubernetes',
  path: '.',
  command: '',
  env: { LOG: 'warn' },
  secrets: ['db_password'],
  health: { path: '/health', interval_s: 1, timeout_s: 2, retries: 5 },
  drain_s: 5,
}
