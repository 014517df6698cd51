import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { atlas, finish, lineOf, processesOf, run, start, workFolder } from './cli.fixture.ts'
import { withoutDocker } from './demo/platform.ts'

let folder: ReturnType<typeof workFolder>
const hasDocker = withoutDocker().length === 0
/** Where containers are not what a test is about: seconds instead of a minute. */
const processes = ['--platform', 'process']

beforeEach(() => {
  folder = workFolder()
})
afterEach(() => folder.remove())

/** Whoever still uses the server. */
const guests = () => readdirSync(join(folder.path, '.atlas/guests'))

test('the demo checks itself unattended, and destroys everything', { timeout: 240_000 }, async () => {
  // A token in the environment must not make it a real cloud.
  const { exit, stdout, stderr } = await run(folder.path, ['demo', '--once', ...processes], {
    DO_TOKEN: 'dop_v1_of_somebody',
  })
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  expect(stdout).toContain('the demo uses the sandbox all the same')
  expect(stdout).toMatch(/^(nginx|A small proxy) balances/m)
  expect(stdout).toContain('Services run as processes.\n')
  expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!)).toEqual({
    ready_ms: expect.any(Number),
    machines: 4,
    resources: 8,
    // Two for the machines; two projects to uat and prod.
    operations: 6,
    monthly_cost: 96,
    leftovers: 0,
  })
  expect(processesOf(folder.path)).toEqual([])
})

test.runIf(hasDocker)(
  'where Docker runs, the demo deploys containers, checks itself and leaves none behind',
  {
    timeout: 480_000,
  },
  async () => {
    const { exit, stdout, stderr } = await run(folder.path, ['demo', '--once'])
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(stdout).toContain('Services run in containers of Docker.')
    expect(stdout).toMatch(/built release hostomatic\/backend@master/)
    expect(stdout).toMatch(/127[^ ]*\/digitalpixo\/prod\/web\//)
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!)).toMatchObject({ operations: 6, leftovers: 0 })
    expect(processesOf(folder.path)).toEqual([])
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(folder.path)
  },
)

test.runIf(hasDocker)('without root, --platform docker is refused before anything starts', async () => {
  const program = fileURLToPath(import.meta.resolve('@atlas/cli/atlas'))
  const words = ['demo', '--platform', 'docker']
  const { stderr, status } = spawnSync(program, words, { uid: 65534, encoding: 'utf8', cwd: '/' })
  expect(status).toBe(2)
  expect(stderr).toMatch(/this is not root[\s\S]*npm run demo -- --platform docker/)
})

test.runIf(hasDocker)(
  'where an engine does not begin, the demo says why and deploys processes',
  {
    timeout: 240_000,
  },
  async () => {
    const demo = start(folder.path, ['demo', ...processes])
    await lineOf(demo, /^Ctrl-C ends it/)
    const broken = 'mkdir -p /etc/docker && echo {nonsense > /etc/docker/daemon.json'
    expect(await run(folder.path, ['ssh', 'web2', '--', broken])).toMatchObject({ exit: 0 })
    await end(demo)
    rmSync(join(folder.path, '.atlas/demo-config'), { recursive: true })
    const { exit, stdout, stderr } = await run(folder.path, ['demo', '--once'])
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(stdout).toMatch(
      /^Services run as processes, not in containers: web2 [\s\S]*does not answer[\s\S]*daemon.json/m,
    )
    expect(existsSync(join(folder.path, '.atlas/demo-config'))).toBe(false)
  },
)

test.runIf(process.getuid?.() === 0)(
  'where the kernel gives no machines of their own, the demo says so and deploys nothing',
  {
    timeout: 120_000,
  },
  () => {
    // As in a container without --privileged.
    const without = '-sys_admin,-net_admin'
    const words = ['--bounding-set', without, '--inh-caps', without, atlas, 'demo', '--once']
    const { stdout, stderr, status } = spawnSync('setpriv', words, { cwd: folder.path, encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/Machines: process\. No isolation.* could not be started: unshare.* not permitted\./)
    expect(stdout).toContain('Nothing is deployed: that wants machines in namespaces')
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!)).toMatchObject({ machines: 4, operations: 2, leftovers: 0 })
  },
)

async function end(demo: ChildProcess): Promise<void> {
  const ended = once(demo, 'exit')
  demo.kill('SIGINT')
  expect(await ended).toEqual([0, null])
}

test('the demo stays up until Ctrl-C, leaves nothing behind, and finds its state again', {
  timeout: 240_000,
}, async () => {
  for (const [story, ready] of [
    [/8 to create/, 'first'],
    [/nothing is to be done/, 'again'],
  ] as const) {
    const demo = start(folder.path, ['demo', ...processes])
    await lineOf(demo, story)
    await lineOf(demo, /^Ctrl-C ends it/)
    expect(processesOf(folder.path).length, ready).toBeGreaterThan(1)
    const there = await run(folder.path, ['ssh', 'web1', '--', 'hostname'])
    expect(there).toEqual({ exit: 0, stdout: 'web1\n', stderr: '' })
    await end(demo)
    expect(processesOf(folder.path)).toEqual([])
    expect(existsSync(join(folder.path, '.atlas/server.json'))).toBe(false)
  }
  expect(guests()).toEqual([])
})

test('where the demo is started again, what somebody has gone back to stays', { timeout: 240_000 }, async () => {
  const demo = start(folder.path, ['demo', ...processes])
  await lineOf(demo, /^Ctrl-C ends it/)
  const repository = join(folder.path, '.atlas/demo-repositories/hostomatic.git')
  const script = `git clone --quiet "$1" "$2" && cd "$2" && echo more > backend/more.txt && git add . &&
    git -c user.name=t -c user.email=t@example.org commit --quiet --message more && git push --quiet`
  execFileSync('sh', ['-c', script, 'sh', repository, join(folder.path, 'work')])
  const config = ['--config', '.atlas/demo-config', '--yes']
  const atlas = async (...words: string[]) => expect(await run(folder.path, words)).toMatchObject({ exit: 0 })
  for (const to of ['uat', 'prod']) await atlas('deploy', to, 'hostomatic', ...config)
  await atlas('rollback', 'hostomatic', 'prod', '--yes')
  const prod = async () => (await run(folder.path, ['services', 'hostomatic', 'prod'])).stdout.split('\n')[0]
  const before = await prod()
  expect(before).toMatch(/^hostomatic prod: 6\/6 on /)
  await end(demo)

  const again = start(folder.path, ['demo', ...processes])
  const finished = finish(again)
  await lineOf(again, /^Ctrl-C ends it/)
  expect(await prod()).toBe(before)
  await end(again)
  expect((await finished).stdout).toMatch(/^hostomatic prod serves .* as before/m)
})

test('Ctrl-C in the middle of the demo leaves no process behind, and the next start goes on', {
  timeout: 240_000,
}, async () => {
  const demo = start(folder.path, ['demo', ...processes])
  const finished = finish(demo)
  await new Promise<void>((resolve) => demo.stdout!.on('data', (chunk) => /to create/.test(String(chunk)) && resolve()))
  demo.kill('SIGINT')
  expect((await finished).exit).toBe(130)
  expect(processesOf(folder.path)).toEqual([])
  // What was interrupted goes on with the next start.
  expect(await run(folder.path, ['demo', '--once', ...processes])).toMatchObject({ exit: 0, stderr: '' })
})

test('a demo that is killed takes its server with it', { timeout: 240_000 }, async () => {
  const demo = start(folder.path, ['demo', ...processes])
  await lineOf(demo, /^Ctrl-C ends it/)
  demo.kill('SIGKILL')
  await expect.poll(() => processesOf(folder.path), { timeout: 60_000, interval: 250 }).toEqual([])
})
