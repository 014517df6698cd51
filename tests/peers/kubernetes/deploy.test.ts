import type { V1Deployment, V1Pod, V1Secret } from '@kubernetes/client-node'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { crashing, type Fate, ready, waiting } from './kubelet.ts'
import { builtPrograms } from './programs.ts'
import { startWorld, type World } from './world.ts'

const programs = builtPrograms()
const backend = (release: string) => `registry.test/shop/backend:${release}`

describe.skipIf(!programs)('a deploy to a real API server', () => {
  let world: World
  let namespace: string
  let count = 0

  beforeAll(async () => {
    world = await startWorld(programs!)
  })
  afterAll(() => world?.stop())
  // Each test has a namespace of its own, made by an administrator, in which the user may do what the Role says.
  beforeEach(async () => {
    namespace = `shop-${++count}`
    await world.allow(namespace)
  })

  const wish = (release: string, revision: number, more = {}) => ({
    release,
    revision,
    cluster: { namespace },
    ...more,
  })
  const becomes = (release: string, fate: Fate) => world.real.kubelet.becomes(backend(release), fate)
  const look = () => world.look(wish('v1', 0))
  const names = async (kind: string) => (await world.objects(kind, namespace)).map(({ metadata }) => metadata?.name)

  /** A first release that serves, and what a later plan needs of it. */
  async function serving(more = {}) {
    becomes('v1', ready)
    const first = world.plan(wish('v1', 0, more))
    expect(await world.carryOut(first)).toMatchObject({ error: undefined })
    return world.servingAfter(first)
  }

  test('the first release runs and has the traffic; the next one takes it over, and back', async () => {
    const first = await serving()
    expect(await look()).toEqual([{ service: 'backend', slot: 'a' }])
    becomes('v2', ready)
    const next = world.plan(wish('v2', 2, { serving: first }))
    expect(await world.carryOut(next)).toMatchObject({ error: undefined })
    expect(await look()).toEqual([{ service: 'backend', slot: 'b' }])
    expect(await names('Deployment')).toEqual(['backend-b'])
    const back = world.plan(wish('v1', 4, { serving: world.servingAfter(next) }))
    expect(await world.carryOut(back)).toMatchObject({ error: undefined })
    expect(await look()).toEqual([{ service: 'backend', slot: 'a' }])
    expect(await names('Deployment')).toEqual(['backend-a'])
  })

  test.each<[string, Fate, string[]]>([
    [
      'an image that is not there',
      waiting('ImagePullBackOff', 'Back-off pulling image: not found'),
      ['ImagePullBackOff', 'not found'],
    ],
    [
      'a container that ends again and again',
      crashing({ exitCode: 1, reason: 'Error', message: 'cannot find the database' }),
      ['CrashLoopBackOff', 'code 1', 'cannot find the database'],
    ],
    [
      'too little memory',
      crashing({ exitCode: 137, reason: 'OOMKilled' }, 1),
      ['OOMKilled', 'resources.limits.memory'],
    ],
    [
      'an image that runs as root',
      waiting('CreateContainerConfigError', 'container has runAsNonRoot and image will run as root'),
      ['runAsNonRoot', 'image will run as root'],
    ],
  ])('%s: the old release stays, the pod is named, and the half-started is taken away', async (_, fate, told) => {
    const first = await serving()
    becomes('v2', fate)
    const { error } = await world.carryOut(world.plan(wish('v2', 2, { serving: first })))
    expect(error).toMatchObject({ code: 'unhealthy' })
    for (const words of ['backend', `pod backend-b-`, namespace, ...told]) expect(error?.message).toContain(words)
    expect(await look()).toEqual([{ service: 'backend', slot: 'a' }])
    expect(await names('Deployment')).toEqual(['backend-a'])
    expect((await names('Pod')).every((name) => name?.startsWith('backend-a-'))).toBe(true)
  })

  test('a quota that does not hold two releases is told as the API server told it', async () => {
    const first = await serving()
    await world.admin.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'one-pod', namespace },
      spec: { hard: { pods: '1' } },
    } as never)
    await expect
      .poll(async () => JSON.stringify((await world.objects('ResourceQuota', namespace))[0]))
      .toContain('"used":{"pods":"1"}')
    const { error } = await world.carryOut(world.plan(wish('v2', 2, { serving: first })))
    expect(error?.message).toMatch(/exceeded quota: one-pod, requested: pods=1, used: pods=1/)
    expect(await look()).toEqual([{ service: 'backend', slot: 'a' }])
  })

  test('a field that somebody else changed is theirs: the message names them and the field', async () => {
    const first = await serving()
    await world.asSomebody('kubectl-edit', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'backend', namespace },
      spec: { selector: { 'atlas/slot': 'debug' } },
    })
    becomes('v2', ready)
    const { error } = await world.carryOut(world.plan(wish('v2', 2, { serving: first })))
    expect(error).toMatchObject({ code: 'cluster_refused' })
    expect(error?.message).toContain('.spec.selector')
    expect(error?.message).toContain('belongs to kubectl-edit')
    expect(await names('Deployment')).toEqual(['backend-a'])
  })

  test('what somebody else made under the same name is not touched', async () => {
    await world.admin.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'backend-a', namespace },
      data: { theirs: 'yes' },
    } as never)
    const { error } = await world.carryOut(world.plan(wish('v1', 0)))
    expect(error).toMatchObject({ code: 'not_ours' })
    expect(JSON.stringify(await world.objects('ConfigMap', namespace))).toContain('"theirs":"yes"')
  })

  test('a namespace belongs to one environment', async () => {
    await serving()
    await expect(world.look(wish('v1', 0, { environment: 'prod' }))).rejects.toThrow(
      `Namespace ${namespace} belongs to shop.uat, not to shop.prod`,
    )
  })

  test('rights that are missing are all named before anything is done', async () => {
    const elsewhere = { release: 'v1', revision: 0, cluster: { namespace: 'nobody-allowed-this' } }
    await expect(world.look(elsewhere)).rejects.toMatchObject({
      code: 'cluster_refused',
      message: expect.stringMatching(/create deployments\.apps.*create namespaces/s),
      hint: expect.stringContaining('kubectl apply'),
    })
  })

  test('secrets are in Secrets alone, and registries are logged in to with one', async () => {
    const login = { registry: 'ghcr.io', username: 'robot', secret: 'ghcr_token' }
    await serving({ cluster: { namespace, image_pull_secrets: [login] } })
    const secrets = (await world.objects('Secret', namespace)) as V1Secret[]
    const own = secrets.find(({ metadata }) => metadata?.name === 'backend-a')
    expect(Buffer.from(own?.data?.DB_PASSWORD ?? '', 'base64').toString()).toBe('correct horse')
    expect(JSON.stringify(own?.metadata)).not.toContain(own?.data?.DB_PASSWORD)
    const registries = secrets.find(({ type }) => type === 'kubernetes.io/dockerconfigjson')
    const { auths } = JSON.parse(Buffer.from(registries?.data?.['.dockerconfigjson'] ?? '', 'base64').toString())
    expect(auths['ghcr.io']).toMatchObject({ username: 'robot', password: 'ghp_example' })
    for (const kind of ['Deployment', 'Pod', 'ConfigMap', 'Service', 'ReplicaSet', 'Lease'])
      expect(JSON.stringify(await world.objects(kind, namespace))).not.toMatch(/correct horse|ghp_example/)
    const [pod] = (await world.objects('Pod', namespace)) as V1Deployment[]
    expect(pod?.spec).toMatchObject({ imagePullSecrets: [{ name: registries?.metadata?.name }] })
  })

  test('variables are in a ConfigMap, and only pods of the service that names it refer to a secret; both go with their release', async () => {
    const services = [{}, { name: 'frontend', secrets: [] }]
    const first = await serving({ services })
    const pods = (await world.objects('Pod', namespace)) as V1Pod[]
    const [backend, frontend] = ['backend', 'frontend'].map(
      (name) => pods.find((pod) => pod.metadata?.labels?.['app.kubernetes.io/name'] === name)!,
    )
    const reference = { name: 'backend-a' }
    expect(backend?.spec).toMatchObject({
      automountServiceAccountToken: false,
      containers: [{ envFrom: [{ configMapRef: reference }, { secretRef: reference }] }],
    })
    expect(backend?.spec?.containers[0]?.env).toBeUndefined()
    expect(JSON.stringify(frontend?.spec)).not.toContain('backend-a')
    const [variables] = (await world.objects('ConfigMap', namespace)).filter(
      ({ metadata }) => metadata?.name === 'backend-a',
    )
    expect(variables).toMatchObject({
      data: { LOG: 'warn', PORT: '8080', ATLAS_RELEASE: 'v1', ATLAS_SERVICE: 'backend' },
    })
    const own = async (kind: string) => (await names(kind)).filter((name) => /^(back|front)end-/.test(name ?? ''))
    expect(await own('Secret')).toEqual(['backend-a', 'frontend-a'])

    becomes('v2', ready)
    expect(await world.carryOut(world.plan(wish('v2', 2, { serving: first, services })))).toMatchObject({
      error: undefined,
    })
    for (const kind of ['Secret', 'ConfigMap']) expect(await own(kind)).toEqual(['backend-b', 'frontend-b'])
  })

  test('a login of a registry that is configured no longer goes, once nothing serves with it', async () => {
    const login = { registry: 'ghcr.io', username: 'robot', secret: 'ghcr_token' }
    const first = await serving({ cluster: { namespace, image_pull_secrets: [login] } })
    expect(await names('Secret')).toContain('atlas-registries')
    becomes('v2', waiting('ImagePullBackOff', 'not found'))
    const failed = world.plan(wish('v2', 2, { serving: first }))
    expect(await world.carryOut(failed)).toMatchObject({ error: { code: 'unhealthy' } })
    expect(await names('Secret')).toContain('atlas-registries')
    becomes('v3', ready)
    const next = world.plan(wish('v3', 4, { serving: first }))
    expect(await world.carryOut(next)).toMatchObject({ error: undefined })
    expect(await names('Secret')).toEqual(['backend-b'])
  })

  test('several services, a domain, replicas, limits and volumes', async () => {
    const pods = {
      replicas: 3,
      resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } },
      volumes: [{ name: 'data', path: '/data', size_gb: 2, access: 'ReadWriteMany' as const }],
    }
    becomes('web', ready)
    const services = [
      { kubernetes: pods, read_only: true, limits: { cpus: 0.5 } },
      { name: 'frontend', image: backend('web'), secrets: [] },
    ]
    const domain = { host: 'shop.example', service: 'frontend' }
    const first = await serving({
      services,
      domain,
      cluster: { namespace, ingress_class: 'nginx', tls_secret: 'cert' },
    })
    expect(await look()).toEqual([
      { service: 'backend', slot: 'a' },
      { service: 'frontend', slot: 'a' },
    ])
    const [ingress] = await world.objects('Ingress', namespace)
    expect(ingress).toMatchObject({
      spec: {
        ingressClassName: 'nginx',
        tls: [{ hosts: ['shop.example'], secretName: 'cert' }],
        rules: [{ host: 'shop.example', http: { paths: [{ path: '/', backend: { service: { name: 'frontend' } } }] } }],
      },
    })
    const [deployment] = (await world.objects('Deployment', namespace)) as V1Deployment[]
    expect(deployment?.status).toMatchObject({ availableReplicas: 3 })
    expect(await names('PersistentVolumeClaim')).toEqual(['backend-data'])

    // A service and the domain leave with the next release; its volume stays.
    becomes('v2', ready)
    const next = world.plan(wish('v2', 2, { serving: first, services: [{ name: 'frontend', secrets: [] }] }))
    expect(await world.carryOut(next)).toMatchObject({ error: undefined })
    expect(await look()).toEqual([{ service: 'frontend', slot: 'b' }])
    expect([await names('Ingress'), await names('Deployment')]).toEqual([[], ['frontend-b']])
    expect(await names('PersistentVolumeClaim')).toEqual(['backend-data'])
  })

  test('what a claim cannot become is refused with its field', async () => {
    const claim = (storage_class: string) => ({
      services: [
        {
          kubernetes: {
            replicas: 1,
            volumes: [{ name: 'data', path: '/data', size_gb: 1, access: 'ReadWriteOnce', storage_class }],
          },
        },
      ],
    })
    const first = await serving(claim('slow'))
    const { error } = await world.carryOut(world.plan(wish('v2', 2, { serving: first, ...claim('fast') })))
    expect(error).toMatchObject({ code: 'cluster_refused', problems: [{ where: 'spec' }] })
    expect(error?.message).toContain('is immutable')
  })

  test('a release command runs once, as a Job, before traffic moves', async () => {
    becomes('v1', (pod) => {
      if (pod.spec?.restartPolicy !== 'Never') return ready(pod)
      const ended = { exitCode: 3, reason: 'Error', message: 'table missing' }
      const status = ready(pod)!
      return {
        ...status,
        phase: 'Failed',
        containerStatuses: [{ ...status.containerStatuses![0]!, ready: false, state: { terminated: ended } }],
      }
    })
    const release = { command: 'npm run migrate', timeout_s: 60 }
    const { error, done } = await world.carryOut(world.plan(wish('v1', 0, { services: [{ release }] })))
    expect(error).toMatchObject({ code: 'release_failed' })
    expect(error?.message).toContain('ended with 3')
    expect(error?.message).toContain('table missing')
    expect(done).not.toContain('switch')
    expect(await names('Job')).toEqual([])
  })
})
