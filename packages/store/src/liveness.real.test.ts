import { setTimeout as sleep } from 'node:timers/promises'
import { gate, gateMs } from '@atlas/engine'
import { expect, test } from 'vitest'
import { databaseOfFile } from './database.fixture.ts'
import { readHealth } from './health.ts'
import { holdLease } from './liveness.ts'

const database = databaseOfFile()

const never = new AbortController().signal

/** Ends the sessions of all workers, as a restart of PostgreSQL would. */
const cut = () =>
  database.connection.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'atlas worker'`,
  )

test('a lease is fresh while the database answers, and workers have numbers of their own', async () => {
  const leases = await Promise.all([holdLease(database.url), holdLease(database.url)])
  expect(new Set(leases.map((lease) => lease.worker)).size).toBe(2)
  await sleep(700)
  for (const lease of leases) {
    expect(lease.age()).toBeLessThan(gateMs)
    expect(() => gate(lease)).not.toThrow()
  }
  expect(await readHealth(database.connection)).toMatchObject({ database: 'ok', workers: 2 })
  for (const lease of leases) await lease.release()
  await expect.poll(() => readHealth(database.connection)).toMatchObject({ workers: 0 })
})

test('a lost session closes the gate at once; the same number comes back', async () => {
  const lease = await holdLease(database.url)
  const number = lease.worker
  await cut()
  await expect.poll(() => lease.age()).toBe(Number.POSITIVE_INFINITY)
  expect(() => gate(lease)).toThrow('last confirmed')
  await lease.confirmed(never)
  expect(lease.worker).toBe(number)
  expect(() => gate(lease)).not.toThrow()
  await lease.release()
})

test('the gate closes when nothing was confirmed for long, whatever the connection says', async () => {
  const lease = await holdLease(database.url)
  // The loop of this process stands still, as it does for a stopped one.
  const until = performance.now() + gateMs + 300
  while (performance.now() < until) Math.sqrt(2)
  expect(() => gate(lease)).toThrow('last confirmed')
  await lease.confirmed(never)
  await lease.release()
})

test('who stops waiting for the lease leaves with the reason', async () => {
  const lease = await holdLease(database.url)
  await lease.release()
  await cut()
  const leaving = new AbortController()
  leaving.abort(new Error('left'))
  await expect(lease.confirmed(leaving.signal)).rejects.toThrow('left')
})
