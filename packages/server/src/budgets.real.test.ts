import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ApiNode, apiNode, postgres, rootSecret } from './api.fixture.ts'

let database: Awaited<ReturnType<typeof postgres>>
let node: ApiNode
let sql: pg.Client
beforeAll(async () => {
  database = await postgres()
  node = await apiNode(database.url, {})
  sql = new pg.Client({ connectionString: database.url, options: '-c search_path=atlas' })
  await sql.connect()
})
afterAll(async () => {
  await sql.end()
  await node.close()
  await database.stop()
})

/** A machine of $24 a month that nobody submitted here: somebody made it larger in the cloud, say. */
const runs = (name: string) =>
  sql.query(
    `with shop as (
       insert into infrastructure (workspace, name, owner, provider, account, region)
       values ('default', $1, $1, 'memory', 'memory', 'nyc3') returning id)
     insert into resource (identity, infrastructure_id, name, type, generation, account, cloud_id, physical_id,
       specifications, depends_on, monthly, phase, attributes, rates)
     select $1, id, $1, 'machine', 1, 'memory', $1, $1, '{}', '{}', 24, 'ready', '{}',
       '[{"item": "machine", "hourly": 0.0357, "monthly": 24, "minimum": {"seconds": 60, "amount": 0.01}}]' from shop`,
    [name],
  )

const budget = (monthly: number) => node.send('PUT', '/budgets/all', { body: { monthly } })

/** As a minute later: the turn comes again. */
async function watched(): Promise<number> {
  await sql.query(`update budget set judged_at = 'epoch'`)
  return node.store.watchBudgets()
}

async function told(): Promise<unknown[]> {
  const { json } = await node.send('GET', '/events?follow=false&type=budget.*')
  return json.events.map(({ type, data }: { type: string; data: unknown }) => [type, data])
}

async function figures(): Promise<string[]> {
  const other = await apiNode(database.url, {})
  const { body } = await other.app.inject({ url: '/metrics', headers: { authorization: `Bearer ${rootSecret}` } })
  await other.close()
  return body.split('\n').filter((line) => line.startsWith('atlas_budget'))
}

test('a budget that is passed while nobody submits anything is told of once for each threshold, and again after it was well', async () => {
  await budget(55)
  expect(await figures()).toEqual([
    'atlas_budget_limit_usd{workspace="default",budget="all"} 55',
    'atlas_budget_state{workspace="default",budget="all"} 0',
  ])
  await runs('one')
  expect(await watched()).toBe(0)
  await runs('two')
  expect([await watched(), await watched()]).toEqual([1, 0])
  const at = { budget: 'all', would_be: 48, warn_at: 44, block_at: 55 }
  expect(await told()).toEqual([['budget.warned', at]])
  expect(await figures()).toEqual([
    'atlas_budget_limit_usd{workspace="default",budget="all"} 55',
    'atlas_budget_spent_usd{workspace="default",budget="all"} 0.02',
    'atlas_budget_expected_usd{workspace="default",budget="all"} 48',
    'atlas_budget_state{workspace="default",budget="all"} 1',
  ])

  await runs('three')
  expect([await watched(), await watched()]).toEqual([1, 0])
  expect((await told()).at(-1)).toEqual(['budget.exceeded', { ...at, would_be: 72 }])
  expect(await figures()).toContain('atlas_budget_state{workspace="default",budget="all"} 2')

  await budget(1000)
  expect(await watched()).toBe(0)
  await budget(40)
  expect(await watched()).toBe(1)
  expect((await told()).at(-1)).toEqual(['budget.exceeded', { ...at, would_be: 72, warn_at: 32, block_at: 40 }])
})

test('of two nodes that look at once one tells', async () => {
  const other = await apiNode(database.url, {})
  await budget(1000)
  await watched()
  await budget(10)
  const both = await Promise.all([node.store.watchBudgets(), other.store.watchBudgets()])
  expect(both.toSorted()).toEqual([0, 1])
  await other.close()
})
