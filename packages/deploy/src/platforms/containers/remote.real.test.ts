import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { At } from '../../machine/fenced.ts'
import { startMachines } from '../../machines.fixture.ts'
import type { Service } from '../../plan/input.ts'
import type { ImageRegistry, Tree } from '../platform.ts'
import { containerPlatform } from './containers.ts'
import { docker, type Engine, podman } from './engine.ts'
import { containerfile, imageTrees, noContainers, ready } from './images.fixture.ts'
import { noRegistry, startRegistry, user } from './remote.fixture.ts'

const health = { path: '/', interval_s: 0.1, timeout_s: 5, retries: 100 }
const config = { path: 'backend', build_args: {}, read_only: false, env: {}, secrets: [], health, drain_s: 1 }
const page = (text: string) => ({ 'backend/Containerfile': containerfile, 'backend/www/index.html': text })
const password = randomBytes(12).toString('hex')

for (const engine of [docker, podman]) {
  const why = noContainers(engine) ?? noRegistry()
  describe.skipIf(why !== undefined)(why ? `${engine.name}: ${why}` : engine.name, () => suite(engine))
}

function suite(engine: Engine) {
  const platform = containerPlatform(engine)
  let trees: ReturnType<typeof imageTrees>
  let machines: Awaited<ReturnType<typeof startMachines>>
  let remote: Awaited<ReturnType<typeof startRegistry>>

  const at = (machine: string): At => ({
    machine: machines.machine(machine),
    fence: { lane: 'hostomatic.uat', turn: 1, epoch: 1 },
    signal: AbortSignal.timeout(280_000),
  })
  const inside = (machine: string, script: string) => machines.machine(machine).run(['sh', '-c', script])
  const registry = (word = password): ImageRegistry => ({
    host: remote.host,
    prefix: 'team/atlas',
    login: { registry: remote.host, username: user, password: word },
  })

  async function built(release: string, tree: Tree, to = registry()): Promise<Service> {
    const service = await platform.resolve('backend', config, tree)
    const build = { project: 'hostomatic', service, release, commit: 'c0ffee', tree, registry: to }
    return { ...service, image: await platform.build!(at('web1'), build) }
  }
  const deliver = (machine: string, release: string, service: Service, from = registry()) =>
    platform.deliver(at(machine), {
      release,
      tree: trees.treeOf({}),
      services: [service],
      elsewhere: [],
      registry: from,
    })
  const imagesOf = (machine: string, release: string) =>
    inside(machine, `${engine.name} images --quiet --filter label=atlas.release=${release}`)

  beforeAll(async () => {
    trees = imageTrees()
    machines = await startMachines(['web1', 'web2'])
    remote = await startRegistry(machines.machine('web2'), await machines.address('web2'), password)
    for (const machine of ['web1', 'web2'].map(machines.machine)) {
      await ready(engine, machine)
      await remote.trust(machine)
    }
    await remote.start()
  }, 120_000)
  afterAll(async () => {
    await machines?.stop()
    trees?.remove()
  })

  test('an image is pushed by its tag, recorded by its digest, and pulled by that on another machine', async () => {
    const service = await built('v1', trees.treeOf(page('first')))
    expect(service.image).toMatch(/:5000\/team\/atlas\/hostomatic\/backend@sha256:[0-9a-f]{64}$/)
    await deliver('web1', 'v1', service)
    await deliver('web2', 'v1', service)
    const address = await machines.address('web2')
    const instance = { service, release: 'v1', slot: 'a' as const, port: 8101, address }
    await platform.start(at('web2'), { ...instance, variables: {}, secrets: {}, versions: {} })
    expect(await inside('web2', `curl -sS --retry 20 --retry-connrefused http://${address}:8101/`)).toBe('first')
    expect(
      await inside(
        'web1',
        `curl -sk -u ${user}:${password} https://${remote.host}/v2/team/atlas/hostomatic/backend/tags/list`,
      ),
    ).toContain('"v1"')
  }, 120_000)

  test('of the password nothing stays on a machine', async () => {
    const left = await inside(
      'web1',
      `grep -rl auths /root/.docker /root/.config /run/containers /tmp 2> /dev/null || echo none`,
    )
    expect(left).toBe('none\n')
  })

  test('a wrong password is refused, to who pushes and to who pulls', async () => {
    const wrong = registry('guessed-password')
    const refused = { code: 'registry_refused', message: expect.stringMatching(/^web\d could not (push|pull) /) }
    await expect(built('v2', trees.treeOf(page('second')), wrong)).rejects.toMatchObject(refused)
    const service = await built('v2', trees.treeOf(page('second')))
    await expect(deliver('web2', 'v2', service, wrong)).rejects.toMatchObject(refused)
    expect(await imagesOf('web2', 'v2')).toBe('')
  }, 120_000)

  test('a registry that goes down in the middle of a pull is said so, and the next try completes it', async () => {
    const tree = trees.treeOf({ ...page('third'), 'backend/www/large': randomBytes(60e6).toString('base64') })
    const service = await built('v3', tree)
    const [, pulling] = [remote.killOnceAsked(), deliver('web2', 'v3', service)]
    await expect(pulling).rejects.toMatchObject({ code: 'registry_unreachable' })
    expect(await imagesOf('web2', 'v3')).toBe('')
    await expect(built('v4', trees.treeOf(page('fourth')))).rejects.toMatchObject({ code: 'registry_unreachable' })
    await remote.start()
    await deliver('web2', 'v3', service)
    expect(await imagesOf('web2', 'v3')).not.toBe('')
  }, 300_000)
}
