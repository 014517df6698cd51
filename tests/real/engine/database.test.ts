import { expect, test } from 'vitest'
import { workerProcess } from './process.ts'
import { describe, machine, workspace } from './stage.ts'
import { theatre } from './theatre.ts'

const begin = theatre()
const machines = (count: number) => Array.from({ length: count }, (_, i) => machine(`m${i}`))
const names = (count: number) =>
  machines(count)
    .map((one) => String(one.name))
    .toSorted()

test('the database is away in the middle of an operation: nothing is lost, nothing is made twice', async () => {
  const scene = await begin({ latencyMs: 40 })
  await scene.work()
  const { id } = await scene.store.submit(await scene.plan('apply', describe(machines(60), scene.name)))
  await expect.poll(async () => (await scene.store.operation(workspace, id)).completedSteps).toBeGreaterThan(5)
  const calls = () => scene.cloud.calls.filter((call) => call.verb === 'create').length
  const away = scene.database.restart(5000)
  await expect.poll(() => scene.store.health()).toMatchObject({ database: 'unreachable' })
  await new Promise((resolve) => setTimeout(resolve, 2500))
  const whileAway = calls()
  await new Promise((resolve) => setTimeout(resolve, 1000))
  expect(calls()).toBe(whileAway)
  await away
  expect(await scene.ended(id)).toMatchObject({ status: 'succeeded', completedSteps: 60 })
  expect(scene.there()).toEqual(names(60))
  expect(calls()).toBe(60)
})

test('PostgreSQL and the worker die together: another worker goes on', async () => {
  const scene = await begin({ latencyMs: 40 })
  const victim = workerProcess(scene.given)
  await victim.says('ready')
  const { id } = await scene.store.submit(await scene.plan('apply', describe(machines(40), scene.name)))
  await victim.says('took')
  await expect.poll(async () => (await scene.store.operation(workspace, id)).completedSteps).toBeGreaterThan(2)
  victim.signal('SIGKILL')
  await scene.database.restart()
  await scene.work()
  expect(await scene.ended(id)).toMatchObject({ status: 'succeeded', completedSteps: 40 })
  expect(scene.there()).toEqual(names(40))
})

test('a reader of events goes on across a restart', async () => {
  const scene = await begin()
  await scene.work()
  const seen: number[] = []
  const enough = new AbortController()
  const reading = (async () => {
    const filter = { afterId: 0, infrastructure: scene.name }
    for await (const event of scene.store.events(workspace, filter, enough.signal)) seen.push(event.id)
  })()
  await scene.apply([machine('web1')], scene.name)
  await scene.database.restart()
  await expect.poll(() => scene.store.health(), { timeout: 10_000 }).toMatchObject({ database: 'ok' })
  await scene.apply([machine('web1'), machine('web2')], scene.name)
  const all = (await scene.store.operations(workspace, { infrastructure: scene.name })).operations.length
  expect(all).toBe(2)
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(13)
  expect(new Set(seen).size).toBe(seen.length)
  enough.abort()
  await reading
})
