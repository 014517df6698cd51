import { expect, test } from 'vitest'
import type { Connected } from './machine.ts'
import { connectionPool } from './pool.ts'

/** Connections to a machine that hears nothing any more: closing one is never answered. */
function deaf() {
  const closed: number[] = []
  let opened = 0
  const open = async (): Promise<Connected> => {
    const n = ++opened
    return { ended: new Promise<void>(() => {}), close: () => closed.push(n) } as unknown as Connected
  }
  return { closed, open, opened: () => opened }
}

test('what nobody uses for a while is closed, and never handed out again', async () => {
  const machine = deaf()
  const pool = connectionPool(machine.open, () => 'web1', 10)
  await pool.use('web1', async () => {})
  await expect.poll(() => machine.closed).toEqual([1])
  await pool.use('web1', async () => {})
  expect(machine.opened()).toBe(2)
  await pool.close()
})

test('what is used again before that is the same', async () => {
  const machine = deaf()
  const pool = connectionPool(machine.open, () => 'web1', 60_000)
  await pool.use('web1', async () => {})
  await pool.use('web1', async () => {})
  expect(machine.opened()).toBe(1)
  await pool.close()
  expect(machine.closed).toEqual([1])
})
