import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  canRunContainers,
  commandLines,
  deployed,
  filesWith,
  type Machines,
  ofProcesses,
  type Stage,
  stage,
} from '../../deploys/index.ts'

describe.skipIf(!canRunContainers)('containers through the whole path (root, docker.io, busybox-static)', () => {
  let here: Stage & Machines

  beforeAll(async () => {
    const made = await stage({ workers: 1, platform: 'docker' })
    here = { ...made, ...(await made.machines(2)) }
  }, 300_000)
  afterAll(() => here?.close(), 60_000)

  const run = (wish: Parameters<typeof deployed>[1]) => deployed(here, wish)
  const actions = ({ steps }: Awaited<ReturnType<typeof run>>) => new Set(steps.map(({ action }) => action))
  const images = (environment: string) =>
    here.on('web1', `docker ps --filter label=atlas.lane=shop.${environment} --format '{{.Names}} {{.Image}}' | sort`)
  const digestsOf = (listed: string) => listed.match(/sha256-[0-9a-f]{64}/g)
  const seed = async (environment: string) =>
    (await fetch(`${here.door}/shop/${environment}/backend/seed`, { headers: { connection: 'close' } })).text()

  test('uat builds once, prod runs that digest, and a way back runs the digest of before', async () => {
    here.project.commit(1, false)
    const first = await run({})
    expect(first.operation).toMatchObject({ status: 'succeeded', error: null })
    expect(first.steps.filter(({ action }) => action === 'build')).toHaveLength(2)
    expect(await seed('uat')).toBe('1\n')
    const built = digestsOf(await images('uat'))
    expect(built).toHaveLength(2)

    const promoted = await run({ kind: 'promote', environment: 'prod' })
    expect(promoted.operation).toMatchObject({ status: 'succeeded', error: null })
    expect(actions(promoted)).not.toContain('build')
    expect(digestsOf(await images('prod'))).toEqual(built)
    const { releases } = (await here.client.api.GET('/api/v1/releases')).data!
    expect(
      Object.values(releases[0]!.images)
        .map((digest) => digest.replace(':', '-'))
        .sort(),
    ).toEqual(built!.sort())

    here.project.commit(2, false)
    expect((await run({})).operation.status).toBe('succeeded')
    expect(await seed('uat')).toBe('2\n')
    const back = await run({ kind: 'rollback' })
    expect(back.operation).toMatchObject({ status: 'succeeded', error: null })
    expect(actions(back)).not.toContain('build')
    expect(await seed('uat')).toBe('1\n')
    expect(digestsOf(await images('uat'))).toEqual(digestsOf(await images('prod')))
  }, 300_000)

  test('what serves already, as it is configured, is nothing to do', async () => {
    expect((await run({ kind: 'promote', environment: 'prod' })).plan.work).toEqual([])
  }, 60_000)

  test('a rotated secret comes with a new container of what uses it; no engine, command line, environment or file shows one', async () => {
    const [name, first] = ['SHOP_TEST_DB_PASSWORD', 'the first value of all']
    const { backend, frontend } = here.project.config.projects.shop!.services
    const services = { backend: { ...backend, secrets: ['db_password'] }, frontend }
    const config = { ...here.project.config, projects: { shop: { services } } }
    here.project.commit(2, false)
    expect(await here.atlas(['secrets', 'set', name], {}, first)).toMatchObject({ exit: 0 })
    expect((await run({ environment: 'test', config })).operation).toMatchObject({ status: 'succeeded', error: null })
    const listed = "docker ps --filter label=atlas.lane=shop.test --format '{{.Names}} {{.ID}}'"
    const containers = async () => (await here.on('web1', listed)).trim().split('\n')
    const given = async () => {
      const id = (await containers()).find((one) => one.includes('backend'))?.split(' ')[1]
      return here.on('web1', `docker exec ${id} /bin/busybox cat /run/secrets/db_password`)
    }
    expect(await given()).toBe(first)
    const before = await containers()

    const lines = commandLines()
    const rotated = await here.atlas(['secrets', 'rotate', name, '--deploy', '--yes'])
    const seen = await lines.stop()
    expect(rotated).toMatchObject({ exit: 0, stderr: '' })
    const second = await given()
    expect(second).toMatch(/^[A-Za-z0-9]{32}$/)
    expect((await containers()).filter((one) => before.includes(one))).toEqual([expect.stringContaining('frontend')])
    const shown = await here.on('web1', 'docker inspect $(docker ps -aq); docker image inspect $(docker image ls -q)')
    for (const value of [first, second]) {
      expect(shown).not.toContain(value)
      for (const text of [...seen, ...ofProcesses('environ')]) expect(text).not.toContain(value)
    }
    expect(await filesWith(here.dataDir, first)).toEqual([])
  }, 480_000)

  test('a build that fails says file, line and last words, and what serves goes on', async () => {
    const before = await images('uat')
    here.project.write(
      'Containerfile',
      'FROM scratch\nCOPY bin /bin\nRUN ["/bin/sh", "-c", "echo no compiler; exit 3"]\n',
    )
    here.project.commit(3, false)
    const { operation } = await run({})
    expect(operation).toMatchObject({
      status: 'failed',
      error: { code: 'build_failed', message: expect.stringMatching(/^Containerfile:3: [\s\S]*no compiler/) },
    })
    expect(await images('uat')).toBe(before)
    expect(await seed('uat')).toBe('1\n')
  }, 120_000)
})
