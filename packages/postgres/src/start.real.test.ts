import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { at, elsewhere, foldersOfEach, postgresProcesses, query, refusal, start } from './folders.fixture.ts'
import { lifeOf, until } from './process.ts'

foldersOfEach()

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
    expect(statSync(join(at.dataDir, 'cluster.json')).mode & 0o777).toBe(0o600)
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
