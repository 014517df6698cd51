import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { databaseOfFile } from './database.fixture.ts'
import { alone } from './sole.ts'

const database = databaseOfFile()

const sessions = async () => {
  const { rows } = await database.connection.pool.query<{ pid: number }>(
    `select pid from pg_stat_activity where application_name = 'atlas: watch'`,
  )
  return rows.map(({ pid }) => pid)
}

test('a database that hangs ends the work by its signal and nothing else, and it begins again', async () => {
  const unheard: unknown[] = []
  const listen = (reason: unknown) => unheard.push(reason)
  process.on('unhandledRejection', listen)
  const stopping = new AbortController()
  let begun = 0
  const ends: string[] = []
  const terms: number[] = []
  const going = alone(database.url, stopping.signal, async ({ number, held }) => {
    begun += 1
    terms.push(number)
    await once(held, 'abort')
    // What is under way takes a while to end.
    await sleep(100)
    ends.push('ended')
  })
  try {
    await expect.poll(() => begun).toBe(1)
    const [pid] = await sessions()
    process.kill(pid!, 'SIGSTOP')
    await expect.poll(() => ends, { timeout: 10_000 }).toEqual(['ended'])
    process.kill(pid!, 'SIGCONT')
    await expect.poll(() => begun, { timeout: 10_000 }).toBe(2)
    expect(terms[1]).toBeGreaterThan(terms[0]!)
    expect(unheard).toEqual([])
  } finally {
    stopping.abort()
    await going
    process.off('unhandledRejection', listen)
  }
}, 30_000)
