import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Client, deploys } from '@atlas/client'
import { beforeAll, expect, test } from 'vitest'
import { clientOf, finished, makeKey, serverOf, serverOfFile } from '../server.fixture.ts'
import { carryOut, doorOf, fleetFor } from './fleet.fixture.ts'
import { answerOf, asking } from './load.fixture.ts'
import { repositoryOf } from './repository.fixture.ts'

const dataDir = serverOfFile()
let client: Client
let publicKey: string
let door: string

const health = { interval_s: 0.2, retries: 200 }
const config = () => ({
  infrastructure: { name: 'fleet' },
  deployment_platform: 'process',
  git_config: { base_url: `file://${dataDir}/git` },
  projects: {
    hostomatic: { services: { backend: { path: 'backend', command: 'node server.js', drain_s: 2, health } } },
  },
})
const fleetOf = (servers: number) => fleetFor(publicKey, `hostomatic,${servers},s-1vcpu-1gb,s-1vcpu-1gb`)

beforeAll(async () => {
  client = clientOf(dataDir)
  publicKey = makeKey(dataDir)
  const { write, commit } = repositoryOf(join(dataDir, 'git'), 'hostomatic')
  const code = readFileSync(join(import.meta.dirname, '../../../../examples/hostomatic/backend/server.js'), 'utf8')
  write('backend/server.js', `if (require('node:os').hostname() === 'web3') throw Error('not on web3')\n${code}`)
  commit('does not run on web3')
  const { id } = await client.apply(fleetOf(1), {})
  expect(await finished(client, id)).toMatchObject({ status: 'succeeded' })
  for (const wish of [
    { kind: 'deploy', environment: 'uat', ref: 'main' },
    { kind: 'promote', environment: 'prod' },
  ] as const) {
    const { operation } = await carryOut(client, { project: 'hostomatic', config: config(), ...wish })
    expect(operation).toMatchObject({ status: 'succeeded', error: null })
  }
  door = await doorOf(client)
}, 300_000)

const machine = async (name: string) =>
  (await client.infrastructure('fleet')).resources.find((one) => one.type === 'machine' && one.name === name)

const underLoad = () =>
  asking(async () => {
    for (const environment of ['uat', 'prod']) {
      const answer = await answerOf(`${door}/hostomatic/${environment}/backend/`)
      if (!answer.startsWith('{')) return `${environment}: ${answer}`
    }
    return 'well'
  })

const instances = async (environment: string) => {
  const { services } = await deploys(client.api).services('hostomatic', environment)
  return services.flatMap(({ instances: all }) => all.map(({ machine: name }) => name))
}

test('a machine more is one operation: it is made, gets what serves in every environment, then traffic', async () => {
  const ended = underLoad()
  const plan = await client.planApply(fleetOf(2))
  expect(plan.steps.map(({ action, resource }) => `${action} ${resource}`)).toEqual(['create web2'])
  expect(plan.work!.filter(({ action }) => action === 'deliver').map(({ resource }) => resource)).toEqual([
    'hostomatic/prod@web2',
    'hostomatic/uat@web2',
  ])
  const { id } = await client.apply(fleetOf(2), { planHash: plan.hash })
  expect(await finished(client, id)).toMatchObject({ status: 'succeeded', error: null })
  expect(await ended()).toEqual(['well'])
  expect(await instances('uat')).toEqual(['web1', 'web2'])
  expect(await instances('prod')).toEqual(['web1', 'web2'])
  const again = await client.planApply(fleetOf(2))
  expect([again.steps, again.work ?? []]).toEqual([[], []])
  const deployed = await deploys(client.api).plan({
    kind: 'deploy',
    project: 'hostomatic',
    environment: 'uat',
    config: config(),
    ref: 'main',
  })
  expect(deployed.work).toEqual([])
}, 300_000)

test('where a new machine does not become healthy traffic stays, and the same again goes on from there', async () => {
  const ended = underLoad()
  const { id } = await client.apply(fleetOf(3), {})
  const operation = await finished(client, id)
  expect(operation).toMatchObject({ status: 'failed', error: { code: 'unhealthy' } })
  expect(operation.error!.message).toContain('not on web3')
  expect(await ended()).toEqual(['well'])
  expect(await instances('prod')).toEqual(['web1', 'web2'])
  const again = await client.planApply(fleetOf(3))
  expect(again.steps).toEqual([])
  expect(again.work!.map(({ action }) => action)).toContain('probe')
  const back = await client.planApply(fleetOf(2))
  expect(back.steps.map(({ action, resource }) => `${action} ${resource}`)).toEqual(['delete web3'])
  expect(back.work ?? []).toEqual([])
  const undone = await client.apply(fleetOf(2), { planHash: back.hash, consent: ['web3'] })
  expect(await finished(client, undone.id)).toMatchObject({ status: 'succeeded' })
}, 300_000)

test('a machine that was removed behind our back comes back with what it served, by a repair', async () => {
  const before = await machine('web2')
  const { url, token } = serverOf(dataDir).sandbox!
  await fetch(`${url}/v2/droplets/${before!.id}`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } })
  const plan = await client.planRepair('fleet')
  const { id } = await client.repair('fleet', { planHash: plan.hash })
  expect(await finished(client, id)).toMatchObject({ status: 'succeeded', error: null })
  expect((await machine('web2'))!.id).not.toBe(before!.id)
  const { observed } = await deploys(client.api).services('hostomatic', 'prod', { observe: true })
  expect(observed).toEqual({ converged: 2, unknown: 0, instances: 2 })
}, 300_000)

test('a machine less: traffic away first, without a failed request, then the machine', async () => {
  const ended = underLoad()
  const plan = await client.planApply(fleetOf(1))
  const { id } = await client.apply(fleetOf(1), { planHash: plan.hash, consent: ['web2'] })
  expect(await finished(client, id)).toMatchObject({ status: 'succeeded', error: null })
  expect(await ended()).toEqual(['well'])
  const steps = await client.steps(id)
  const at = (action: string) => steps.filter((one) => one.action === action).map(({ finished_at }) => finished_at!)
  expect(at('switch').every((moved) => at('delete').every((deleted) => moved < deleted))).toBe(true)
  expect(await instances('prod')).toEqual(['web1'])
  expect(await machine('web2')).toBeUndefined()
}, 300_000)
