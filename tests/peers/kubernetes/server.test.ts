import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bodyOf, type DeploymentRequest, deploys } from '@atlas/client'
import type { V1Deployment } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ended, type Stage, stage } from '../../deploys/index.ts'
import { crashing, ready } from './kubelet.ts'
import { builtPrograms } from './programs.ts'
import { hasRegistry, startRegistry } from './registry.ts'
import { startWorld, type World } from './world.ts'

const programs = builtPrograms()

describe.skipIf(!programs)('a cluster through the whole path', () => {
  let world: World
  let here: Stage

  beforeAll(async () => {
    world = await startWorld(programs!)
    for (const environment of ['uat', 'prod']) await world.allow(`shop-${environment}`)
    const kubeconfig = join(tmpdir(), 'deployer.kubeconfig')
    writeFileSync(kubeconfig, world.real.kubeconfig('deployer'), { mode: 0o600 })
    here = await stage({ workers: 1, env: { KUBECONFIG: kubeconfig, ATLAS_SANDBOX_BACKEND: 'none' } })
    // Nothing but a name: where there is a cluster, no machine is needed.
    const fleet = { name: 'fleet', provider: 'digitalocean', region: 'lon1', resources: [] }
    const { id } = await here.client.apply(fleet, {})
    expect(await ended(here.client, id)).toMatchObject({ status: 'succeeded' })
  })
  afterAll(async () => {
    await here?.close()
    await world?.stop()
  })

  const service = { image: 'registry.test/shop/backend:{commit}', drain_s: 1, health: { retries: 5 } }
  const config = () => ({
    ...here.project.config,
    deployment_platform: 'kubernetes',
    kubernetes: { resolve_tags: false },
    projects: { shop: { services: { backend: service }, environments: { prod: { domain: 'shop.example' } } } },
  })

  async function run(wish: Partial<DeploymentRequest>) {
    const to = deploys(here.client.api)
    const kind = wish.kind ?? 'deploy'
    const of = { ...(kind !== 'rollback' && { config: config() }), ...(kind === 'deploy' && { ref: 'main' }) }
    const plan = await to.plan({ kind, project: 'shop', environment: 'uat', ...of, ...wish } as DeploymentRequest)
    const { id } = await to.apply(plan.hash)
    return { plan, operation: await ended(here.client, id) }
  }
  const imageIn = async (environment: string) => {
    const [deployment] = (await world.objects('Deployment', `shop-${environment}`)) as V1Deployment[]
    return deployment?.spec?.template.spec?.containers[0]?.image
  }
  const servicesOf = (environment: string) =>
    bodyOf(
      here.client.api.GET('/api/v1/projects/{project}/environments/{environment}/services', {
        params: { path: { project: 'shop', environment }, query: { observe: true } },
      }),
    )

  test('uat is deployed, prod runs the same reference, status is what pods say, and a way back goes back', async () => {
    world.real.kubelet.otherwise(ready)
    here.project.commit(1, false)
    const first = await run({})
    expect(first.operation).toMatchObject({ status: 'succeeded', error: null })
    const image = await imageIn('uat')
    expect(image).toBe(`registry.test/shop/backend:${first.plan.deployment?.source.commit}`)
    expect((await run({})).plan.work).toEqual([])

    expect((await run({ kind: 'promote', environment: 'prod' })).operation).toMatchObject({ status: 'succeeded' })
    expect(await imageIn('prod')).toBe(image)
    const prod = await servicesOf('prod')
    expect(prod).toMatchObject({
      observed: { converged: 1, instances: 1 },
      services: [{ url: 'http://shop.example/', port: 8080, instances: [{ observed: { state: 'healthy' } }] }],
    })
    expect((await servicesOf('uat')).services[0]?.url).toBe('http://backend.shop-uat.svc/')

    here.project.commit(2, false)
    expect((await run({})).operation).toMatchObject({ status: 'succeeded' })
    expect(await imageIn('uat')).not.toBe(image)
    expect((await run({ kind: 'rollback' })).operation).toMatchObject({ status: 'succeeded', error: null })
    expect(await imageIn('uat')).toBe(image)
  })

  test('a release that does not become healthy leaves everything as it was, and says why', async () => {
    const before = await imageIn('uat')
    here.project.commit(3, false)
    world.real.kubelet.otherwise(crashing({ exitCode: 1, reason: 'Error', message: 'cannot find the database' }))
    const { operation } = await run({})
    expect(operation).toMatchObject({
      status: 'failed',
      error: { code: 'unhealthy', message: expect.stringContaining('cannot find the database') },
    })
    expect(await imageIn('uat')).toBe(before)
  })

  test.skipIf(!hasRegistry)(
    'a tag is deployed as the digest that it has, and prod runs that one after it was moved',
    async () => {
      world.real.kubelet.otherwise(ready)
      const registry = await startRegistry()
      try {
        const backend = { ...service, image: `${registry.host}/shop/backend:stable` }
        const tagged = { ...config(), kubernetes: {}, projects: { shop: { services: { backend } } } }
        const digest = await registry.tag('shop/backend', 'stable')
        expect((await run({ config: tagged })).operation).toMatchObject({ status: 'succeeded', error: null })
        expect(await imageIn('uat')).toBe(`${backend.image}@${digest}`)

        await registry.tag('shop/backend', 'stable')
        expect((await run({ kind: 'promote', environment: 'prod', config: tagged })).operation.status).toBe('succeeded')
        expect(await imageIn('prod')).toBe(`${backend.image}@${digest}`)
      } finally {
        await registry.stop()
      }
    },
  )
})
