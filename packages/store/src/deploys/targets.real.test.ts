import { afterAll, expect, test } from 'vitest'
import { databaseOfFile } from '../database.fixture.ts'
import { listen } from '../listener.ts'
import { alone } from '../sole.ts'
import { targets, type WatchedEnvironment } from './targets.ts'

const database = databaseOfFile()
let listener: ReturnType<typeof listen> | undefined
afterAll(() => listener?.close())

/** The number of a term that is over at once. */
async function aTerm(): Promise<number> {
  const over = new AbortController()
  let taken = 0
  await alone(database.url, over.signal, async ({ number }) => {
    taken = number
    over.abort()
  })
  return taken
}

test('who watched before, and does not know yet that another does, writes nothing any more', async () => {
  const environment = { id: crypto.randomUUID(), deployment: crypto.randomUUID() } as WatchedEnvironment
  const target = { service: 'backend', machine: 'web1', reason: 'it has ended', stays: false }
  const first = await aTerm()
  const second = await aTerm()
  expect(second).toBeGreaterThan(first)
  listener = listen(database.url)
  const { eject, restore } = targets(database.connection, listener)
  await expect(eject(environment, [target], { number: first })).rejects.toMatchObject({ code: 'fenced' })
  await expect(restore(environment, [target], { number: first })).rejects.toMatchObject({ code: 'fenced' })
  await expect(restore(environment, [target], { number: second })).resolves.toBeUndefined()
})
