import { deploys } from '@atlas/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ended } from '../../deploys/operation.ts'
import { services } from '../../deploys/project.ts'
import { type Machines, type Stage, stage } from '../../deploys/stage.ts'

let here: Stage & Machines

beforeAll(async () => {
  const begun = await stage({ workers: 1 })
  here = { ...begun, ...(await begun.machines(2)) }
}, 300_000)
afterAll(() => here?.close())

/** Asks the cloud itself, as somebody in its console does. */
async function powerCycle(id: string): Promise<void> {
  const { url, token } = here.server.sandbox
  const answer = await fetch(`${url}/v2/droplets/${id}/actions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'power_cycle' }),
  })
  expect(answer.status).toBe(201)
}

const answers = () =>
  Promise.all(
    services.map(async (service) => {
      const answer = await fetch(`${here.door}/shop/uat/${service}/`, { signal: AbortSignal.timeout(2000) })
      return answer.text()
    }),
  ).catch(String)

test('after all machines lost their power, the load balancer and every service are back by themselves', async () => {
  const to = deploys(here.client.api)
  const { name: project, config } = here.project
  here.project.commit(1, false)
  const plan = await to.plan({ kind: 'deploy', project, environment: 'uat', ref: 'main', config })
  expect(await ended(here.client, (await to.apply(plan.hash)).id)).toMatchObject({ status: 'succeeded' })
  const before = await answers()
  expect(before).toHaveLength(services.length)

  const { resources } = await here.client.infrastructure('fleet')
  const machines = resources.filter(({ type }) => type === 'machine')
  const boots = () => Promise.all(machines.map(({ name }) => here.on(name, 'stat -c %Y /proc/1')))
  const first = await boots()
  await Promise.all(machines.map(({ id }) => powerCycle(id)))
  await expect
    .poll(boots, { timeout: 60_000, interval: 500 })
    .toSatisfy((now: string[]) => now.every((one, n) => one !== first[n]))
  await expect.poll(answers, { timeout: 60_000, interval: 500 }).toEqual(before)
  for (const web of here.webs)
    expect((await here.on(web, 'ls /var/lib/atlas/lanes/shop.uat/run')).trim().split('\n')).toHaveLength(
      services.length,
    )
}, 240_000)
