import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { At } from '../../machine/fenced.ts'
import { startMachines } from '../../machines.fixture.ts'
import { probe } from '../../perform/probe.ts'
import type { Service } from '../../plan/input.ts'
import type { Elsewhere, Instance, Tree } from '../platform.ts'
import { containerPlatform } from './containers.ts'
import { docker, type Engine, podman } from './engine.ts'
import { containerfile, imageTrees, noContainers, ready } from './images.fixture.ts'

const health = { path: '/', interval_s: 0.1, timeout_s: 5, retries: 100 }
const config = { path: 'backend', build_args: {}, read_only: false, env: {}, secrets: [], health, drain_s: 1 }
const page = (text: string) => ({ 'backend/Containerfile': containerfile, 'backend/www/index.html': text })

for (const engine of [docker, podman]) {
  const why = noContainers(engine)
  describe.skipIf(why !== undefined)(why ? `${engine.name}: ${why}` : engine.name, () => suite(engine))
}

function suite(engine: Engine) {
  const platform = containerPlatform(engine)
  const program = engine.name
  let trees: ReturnType<typeof imageTrees>
  let machines: Awaited<ReturnType<typeof startMachines>>

  const at = (machine: string, { turn = 1, epoch = 1, lane = 'hostomatic.uat' } = {}): At => ({
    machine: machines.machine(machine),
    fence: { lane, turn, epoch },
    signal: AbortSignal.timeout(100_000),
  })
  const from =
    (machine: string): Elsewhere =>
    (what) =>
      what(machines.machine(machine))
  const inside = (machine: string, ...words: string[]) => machines.machine(machine).run(words)

  async function built(release: string, tree: Tree): Promise<Service> {
    const service = await platform.resolve('backend', config, tree)
    const image = await platform.build!(at('web1'), { project: 'hostomatic', service, release, commit: 'c0ffee', tree })
    return { ...service, image }
  }

  const deliver = (machine: string, release: string, service: Service, tree: Tree) =>
    platform.deliver(at(machine), { release, tree, services: [service], elsewhere: [from('web1')] })

  async function started(machine: string, one: Omit<Instance, 'address'>): Promise<string> {
    const address = await machines.address(machine)
    await platform.start(at(machine), { ...one, address })
    const open = () => machines.machine('web2').connect(address, one.port)
    expect(await probe(open, health, AbortSignal.timeout(30_000))).toBeUndefined()
    return inside('web2', 'curl', '-sS', '--max-time', '5', `http://${address}:${one.port}/`)
  }

  const instance = (service: Service, release: string, more: Partial<Instance> = {}) => ({
    ...{ service, release, slot: 'a' as const, port: 8101, variables: {}, secrets: {}, versions: {} },
    ...more,
  })

  beforeAll(async () => {
    trees = imageTrees()
    machines = await startMachines(['web1', 'web2'])
    for (const machine of ['web1', 'web2']) await ready(engine, machines.machine(machine))
  })
  afterAll(async () => {
    await machines?.stop()
    trees?.remove()
  })

  test('an image is built once, brought to another machine by its digest, and answers on both', async () => {
    const tree = trees.treeOf(page('first'))
    const service = await built('v1', tree)
    expect(service.image).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(await deliver('web1', 'v1', service, tree)).toBe(0)
    expect(await deliver('web2', 'v1', service, tree)).toBeGreaterThan(1e6)
    expect(await deliver('web2', 'v1', service, tree)).toBe(0)
    for (const machine of ['web1', 'web2']) expect(await started(machine, instance(service, 'v1'))).toBe('first')
  })

  test('of the next release only what changed is sent', async () => {
    const tree = trees.treeOf(page('second'))
    const service = await built('v2', tree)
    const sent = await deliver('web2', 'v2', service, tree)
    expect(sent).toBeGreaterThan(0)
    expect(sent).toBeLessThan(50_000)
    expect(await started('web2', instance(service, 'v2', { slot: 'b', port: 8102 }))).toBe('second')
    expect(await inside('web2', 'curl', '-sS', `http://${await machines.address('web2')}:8101/`)).toBe('first')
  })

  test('starting what runs already changes nothing', async () => {
    const tree = trees.treeOf(page('second'))
    const service = await built('v2', tree)
    const id = () =>
      inside('web2', program, 'inspect', '--format', '{{.Id}} {{.State.StartedAt}}', 'atlas.hostomatic.uat.b-backend')
    const before = await id()
    await started('web2', instance(service, 'v2', { slot: 'b', port: 8102 }))
    expect(await id()).toBe(before)
    const looking = { machine: machines.machine('web2'), lane: 'hostomatic.uat', signal: AbortSignal.timeout(20_000) }
    const running = await platform.running(looking)
    expect(running.map(({ since, ...rest }) => ({ ...rest, since: typeof since }))).toEqual(
      expect.arrayContaining([
        { service: 'backend', slot: 'a', release: 'v1', alive: true, since: 'string' },
        { service: 'backend', slot: 'b', release: 'v2', alive: true, since: 'string' },
      ]),
    )
  })

  test('a container has little rights, comes back by itself, and keeps a bounded log', async () => {
    const format = '{{json .HostConfig}}'
    const said = await inside('web2', program, 'inspect', '--format', format, 'atlas.hostomatic.uat.a-backend')
    expect(JSON.parse(said)).toMatchObject({
      RestartPolicy: { Name: program === 'docker' ? 'unless-stopped' : 'always' },
      CapDrop: program === 'docker' ? ['ALL'] : expect.arrayContaining(['CAP_SYS_CHROOT']),
      SecurityOpt: ['no-new-privileges'],
      LogConfig:
        program === 'docker'
          ? { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } }
          : { Type: 'k8s-file', Size: '10MB' },
      PortBindings: { '8101/tcp': [{ HostIp: await machines.address('web2'), HostPort: '8101' }] },
    })
  })

  test('a secret is a file of its own, and in no command line, inspection, image or log', async () => {
    const secret = "it's $(a) `secret`; \\ \n of two lines"
    const shows = `${containerfile.split('CMD')[0]}CMD ["/bin/sh", "-c", "ls -ln /run/secrets; cp $DB_PASSWORD_FILE /www/it; trap exit TERM; httpd -f -p $PORT -h /www & wait"]\n`
    const tree = trees.treeOf({ ...page('third'), 'backend/Containerfile': shows })
    const service = await built('v3', tree)
    await deliver('web2', 'v3', service, tree)
    const one = instance(service, 'v3', { slot: 'b', port: 8102, secrets: { db_password: secret } })
    await started('web2', one)
    const url = `http://${await machines.address('web2')}:8102/it`
    expect(await inside('web2', 'curl', '-sS', url)).toBe(secret)
    const name = 'atlas.hostomatic.uat.b-backend'
    expect(await inside('web2', program, 'logs', name)).toMatch(/-r-------- .* db_password/)
    const told = await inside(
      'web2',
      'sh',
      '-c',
      `${program} inspect ${name}; ${program} logs ${name}; ${program} history --no-trunc ${'$'}(${program} inspect -f '{{.Image}}' ${name}); cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2> /dev/null | tr '\\0' ' '`,
    )
    expect(told).not.toContain('secret`')
    expect(told).toContain('DB_PASSWORD_FILE=/run/secrets/db_password')
  })

  test('a build that fails says where, and what the builder said last', async () => {
    const broken = 'FROM scratch\nCOPY bin /bin\n\n# says why\nRUN ["/bin/sh", "-c", "echo no compiler; exit 3"]\n'
    const tree = trees.treeOf({ 'backend/Containerfile': broken })
    await expect(built('v4', tree)).rejects.toMatchObject({
      code: 'build_failed',
      message: expect.stringMatching(/^backend\/Containerfile:5: .* on web1 [\s\S]*no compiler/),
    })
    expect(await inside('web1', 'sh', '-c', 'ls -d /var/tmp/atlas-build.* 2> /dev/null || echo none')).toBe('none\n')
  })

  test('a transfer that is cut leaves nothing half-made, and the next try completes it', async () => {
    const tree = trees.treeOf({ ...page('fifth'), 'backend/www/large': randomBytes(6e6).toString('base64') })
    const service = await built('v5', tree)
    const cutting: Elsewhere = (what) => {
      const web1 = machines.machine('web1')
      const stream = async (words: readonly string[]) => {
        const whole = await web1.stream(words)
        whole.once('data', () => whole.destroy(new Error('the connection broke')))
        return whole
      }
      return what({ ...web1, stream })
    }
    const delivery = { release: 'v5', tree, services: [service], elsewhere: [cutting] }
    await expect(platform.deliver(at('web2'), delivery)).rejects.toMatchObject({ code: 'machine_unreachable' })
    expect(await inside('web2', program, 'images', '--quiet', '--filter', 'label=atlas.release=v5')).toBe('')
    expect(await deliver('web2', 'v5', service, tree)).toBeGreaterThan(4e6)
    expect(await started('web2', instance(service, 'v5', { slot: 'b', port: 8102 }))).toBe('fifth')
  })

  test('who leaves in the middle of a transfer leaves the lane to the next one, who completes it', async () => {
    const tree = trees.treeOf({ ...page('fifth'), 'backend/www/large': randomBytes(6e6).toString('base64') })
    const service = await built('v5', tree)
    const leaving = new AbortController()
    const stalling: Elsewhere = (what) => {
      const web1 = machines.machine('web1')
      const stream = async (words: readonly string[]) => {
        const whole = await web1.stream(words)
        whole.once('data', () => leaving.abort(new Error('it left')))
        return whole
      }
      return what({ ...web1, stream })
    }
    const delivery = { release: 'v5', tree, services: [service], elsewhere: [stalling] }
    await expect(platform.deliver({ ...at('web2'), signal: leaving.signal }, delivery)).rejects.toThrow('it left')
    expect(await deliver('web2', 'v5', service, tree)).toBeGreaterThan(4e6)
  })

  test('a command of the release is run once in its image, and its end is given to who asks again', async () => {
    const service = await built('v5', trees.treeOf(page('sixth')))
    await deliver('web2', 'v6', service, trees.treeOf(page('sixth')))
    const once = { key: 'one', command: 'echo "migrated for $WORD"; exit 3', service, release: 'v6', secrets: {} }
    const run = () => platform.once(at('web2'), { ...once, variables: { WORD: 'uat' } })
    expect(await run()).toEqual({ code: 3, output: 'migrated for uat\n' })
    expect(await run()).toEqual({ code: 3, output: 'migrated for uat\n' })
  })

  test('what is not to stay ends, and images that no environment needs go', async () => {
    const tree = trees.treeOf(page('first'))
    const service = await built('v1', tree)
    const prod = at('web2', { lane: 'hostomatic.prod' })
    await platform.deliver(prod, { release: 'v1', tree, services: [service], elsewhere: [from('web1')] })
    await platform.stop(at('web2'), [{ service: 'backend', slot: 'b' }])
    expect(await inside('web2', program, 'ps', '--all', '--format', '{{.Names}}')).toBe(
      'atlas.hostomatic.uat.b-backend\n',
    )
    await platform.prune(at('web2'), ['v5'])
    const images = await inside('web2', program, 'images', '--format', '{{.Repository}}:{{.Tag}}')
    expect(
      images
        .split('\n')
        .filter((one) => /:v\d$/.test(one))
        .map((one) => one.split(':')[1])
        .sort(),
    ).toEqual(['v1', 'v5'])
    await platform.stop(at('web2'), [])
    await platform.prune(prod, [])
    await platform.prune(at('web2'), [])
    expect(
      await inside('web2', 'sh', '-c', `${program} ps -aq; ${program} images -aq; ls /var/lib/atlas/lanes/*/run`),
    ).not.toContain('backend')
  })

  test('a worker that has been replaced changes nothing more', async () => {
    await platform.stop(at('web1', { epoch: 2 }), [])
    await expect(platform.stop(at('web1', { epoch: 1 }), [])).rejects.toMatchObject({ code: 'fenced' })
  })
}
