import { expect, test } from 'vitest'
import { requests } from './requests.fixture.ts'
import { clientOf, finished, recordsOnly, serverOfFile, twoMachines } from './server.fixture.ts'

const dataDir = serverOfFile(recordsOnly)
const send = requests(dataDir)

async function made(description: object) {
  const { status, json } = await send('POST', '/infrastructure', { body: description })
  expect(status, JSON.stringify(json)).toBe(202)
  return finished(clientOf(dataDir), json.operation.id)
}

const disks = (name: string, tags: Record<string, string>, count = 1) => ({
  name,
  provider: 'digitalocean',
  region: 'nyc3',
  tags,
  resources: Array.from({ length: count }, (_, i) => ({
    type: 'volume',
    name: `disk${i}`,
    specifications: { size_gb: 10 },
  })),
})

/** Every page, by the cursors. */
async function pages(path: string, noun: string): Promise<{ name: string; id: string }[][]> {
  const all = []
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const { status, json } = await send('GET', `${path}${cursor && `&cursor=${cursor}`}`)
    expect(status, JSON.stringify(json)).toBe(200)
    all.push(json[noun])
    cursor = json.next_cursor
  }
  return all
}

const names = (page: { name: string }[]) => page.map(({ name }) => name)

test('infrastructure, resources and operations come in pages that miss and repeat nothing', async () => {
  for (const name of ['aa', 'bb', 'cc', 'dd', 'ee']) await made(disks(name, { environment: 'test', index: name }, 3))
  expect((await pages('/infrastructure?limit=2', 'infrastructure')).map(names)).toEqual([
    ['aa', 'bb'],
    ['cc', 'dd'],
    ['ee'],
  ])
  expect((await pages('/infrastructure/cc/resources?limit=2', 'resources')).map(names)).toEqual([
    ['disk0', 'disk1'],
    ['disk2'],
  ])
  const operations = (await pages('/operations?limit=2', 'operations')).flat()
  expect(operations.map(({ id }) => id)).toEqual([...new Set(operations.map(({ id }) => id))])
  expect(operations.length).toBe(5)
})

test('what is made between two pages shifts nothing', async () => {
  const first = (await send('GET', '/infrastructure?limit=2')).json
  await made(disks('ab', { environment: 'late' }))
  const second = (await send('GET', `/infrastructure?limit=2&cursor=${first.next_cursor}`)).json
  expect([names(first.infrastructure), names(second.infrastructure)]).toEqual([
    ['aa', 'bb'],
    ['cc', 'dd'],
  ])
})

test('a list is narrowed by tag, status, provider and how names begin', async () => {
  const found = async (query: string) => names((await send('GET', `/infrastructure?${query}`)).json.infrastructure)
  expect(await found('tag=environment:late')).toEqual(['ab'])
  expect(await found('tag=environment:test&tag=index:dd')).toEqual(['dd'])
  expect(await found('prefix=a')).toEqual(['aa', 'ab'])
  expect(await found('status=degraded')).toEqual([])
  expect(await found('provider=memory')).toEqual([])
  expect((await found('provider=digitalocean&status=ready')).length).toBe(6)
  expect((await send('GET', '/infrastructure?tag=environment')).json).toMatchObject({ code: 'usage', status: 400 })
})

test('operations are narrowed by kind, status and infrastructure', async () => {
  const count = async (query: string) => (await send('GET', `/operations?${query}`)).json.operations.length
  expect(await count('kind=apply&status=succeeded&infrastructure=aa')).toBe(1)
  expect([await count('kind=destroy'), await count('status=in_progress')]).toEqual([0, 0])
  expect((await send('GET', '/operations?infrastructure=nobody')).status).toBe(404)
})

test('a list shows how many resources and what they cost, as the infrastructure itself does', async () => {
  const { infrastructure: all } = (await send('GET', '/infrastructure?include=resources')).json
  for (const { resources, ...summary } of all) {
    expect([summary.resource_count, summary.monthly_cost]).toEqual([resources.length, resources.length])
    const one = (await send('GET', `/infrastructure/${summary.id}`)).json.infrastructure
    expect(one).toEqual({ ...summary, resources })
  }
})

test('an unchanged infrastructure is answered with 304; a change meant for an older one is refused', async () => {
  const before = (await send('GET', '/infrastructure/aa')).headers.get('etag')!
  expect((await send('GET', '/infrastructure/aa', { headers: { 'if-none-match': before } })).status).toBe(304)

  const larger = disks('aa', { environment: 'test', index: 'aa' }, 4)
  const mine = await send('PUT', '/infrastructure/aa', { body: larger, headers: { 'if-match': before } })
  expect(mine.status).toBe(202)
  await finished(clientOf(dataDir), mine.json.operation.id)
  expect((await send('GET', '/infrastructure/aa', { headers: { 'if-none-match': before } })).status).toBe(200)

  const headers = { 'if-match': before }
  const lost = [
    await send('PUT', '/infrastructure/aa', { body: larger, headers }),
    await send('PUT', '/infrastructure/aa?plan=true', { body: larger, headers }),
    await send('POST', '/infrastructure/aa/repair', { headers }),
    await send('DELETE', '/infrastructure/aa', { headers }),
  ]
  expect(lost.map(({ json }) => json.code)).toEqual(Array(4).fill('precondition_failed'))
  expect(lost[0]!.status).toBe(412)
})

test('an update keeps the name, and needs what it updates', async () => {
  const { name: _, ...nameless } = disks('bb', { environment: 'test', index: 'bb' }, 3)
  expect((await send('PUT', '/infrastructure/bb?plan=true', { body: nameless })).json.plan.steps).toEqual([])
  const renamed = await send('PUT', '/infrastructure/bb', { body: disks('cc', {}) })
  expect([renamed.status, renamed.json.problems[0].where]).toEqual([422, '/name'])
  expect((await send('PUT', '/infrastructure/nobody', { body: disks('nobody', {}) })).status).toBe(404)
})

test('statistics count what exists, what it costs and what was done', async () => {
  await made(twoMachines())
  const consent = 'consent=disk0&consent=disk1&consent=disk2'
  await finished(clientOf(dataDir), (await send('DELETE', `/infrastructure/ee?${consent}`)).json.operation.id)

  const { infrastructure: all } = (await send('GET', '/infrastructure?include=resources')).json
  const resources = all.flatMap((one: { resources: { type: string }[] }) => one.resources)
  const disksLeft = resources.filter(({ type }: { type: string }) => type === 'volume').length
  const { operations } = (await send('GET', '/operations')).json
  expect((await send('GET', '/stats')).json).toEqual({
    infrastructure: { total: 6, by_status: { ready: 6, destroyed: 1 }, by_provider: { digitalocean: 6 } },
    resources: {
      total: resources.length,
      by_type: { volume: disksLeft, machine: 2, vpc: 1 },
      by_phase: { ready: resources.length },
    },
    // A volume of 10 GB is 1 USD a month, each of the machines 6.
    monthly_cost: disksLeft + 12,
    monthly_cost_by_provider: { digitalocean: disksLeft + 12 },
    currency: 'USD',
    operations: { last_24h: { succeeded: operations.length }, last_30d: { succeeded: operations.length } },
  })
})

test('a NUL character is refused, not stored', async () => {
  expect((await send('GET', '/infrastructure/a%00b')).json).toMatchObject({ status: 400, code: 'usage' })
})
