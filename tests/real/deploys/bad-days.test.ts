import { join } from 'node:path'
import { deploys } from '@atlas/client'
import type { Plan } from '@atlas/core'
import { readSandboxFile, sandboxAdmin } from '@atlas/sandbox'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ended } from '../../deploys/operation.ts'
import { services } from '../../deploys/project.ts'
import { type Machines, type Stage, stage } from '../../deploys/stage.ts'

let here: Stage & Machines
let admin: ReturnType<typeof sandboxAdmin>
let commits = 0
let first: string

beforeAll(async () => {
  const begun = await stage({ workers: 1 })
  here = { ...begun, ...(await begun.machines(2)) }
  admin = sandboxAdmin(await readSandboxFile(join(here.dataDir, 'sandbox')))
  first = (await deploy()).plan.deployment!.release
}, 300_000)
afterAll(() => here?.close())
beforeEach(() => admin.clearFaults())

/** Plans the newest commit and has it applied; `meanwhile` runs beside it. */
async function deploy(meanwhile: (operation: string) => Promise<unknown> = async () => {}) {
  here.project.commit(++commits, false)
  const to = deploys(here.client.api)
  const { name: project, config } = here.project
  const plan = (await to.plan({ kind: 'deploy', project, environment: 'uat', ref: 'main', config })) as unknown as Plan
  const began = performance.now()
  const { id } = await to.apply(plan.hash)
  await meanwhile(id)
  const operation = await ended(here.client, id)
  return { plan, operation, seconds: (performance.now() - began) / 1000 }
}

/** Resolves when a step of that kind begins. */
async function begins(operation: string, action: string): Promise<void> {
  const leave = new AbortController()
  for await (const { type, data } of here.client.events({ operation, signal: leave.signal }))
    if (type === 'step.started' && (data as { action?: string }).action === action) leave.abort()
}

const droplet = async (machine: string) => {
  const { resources } = await here.client.infrastructure('fleet')
  return Number(resources.find(({ name }) => name === machine)!.id)
}
const serving = () =>
  Promise.all(
    services.map(async (service) => {
      const answer = await fetch(`${here.door}/shop/uat/${service}/`, { headers: { connection: 'close' } })
      return answer.text()
    }),
  )
const instances = async (machine: string) =>
  (await here.on(machine, 'ls /var/lib/atlas/lanes/shop.uat/run')).trim().split('\n').length

test('a machine that hangs: the deploy fails within two minutes and says which, and the other goes on as it was', async () => {
  await admin.addFault({ kind: 'hang', droplet: await droplet('web2') })
  const { operation, seconds } = await deploy()
  expect(operation).toMatchObject({ status: 'failed', error: { code: 'machine_unreachable' } })
  expect(operation.error!.message).toContain('web2')
  expect(seconds).toBeLessThan(120)
  expect(await instances('web1')).toBe(services.length)
  await admin.clearFaults()
  expect(await serving()).toEqual(services.map(() => first))
}, 240_000)

test('the network goes in the middle of a transfer: no half of a release stays, and the next deploy is like any other', async () => {
  here.project.write('weight', 60_000_000)
  const cut = await droplet('web2')
  const { operation, seconds } = await deploy(async (id) => {
    await begins(id, 'deliver')
    await admin.addFault({ kind: 'partition', droplet: cut })
  })
  expect(operation).toMatchObject({ status: 'failed', error: { code: 'machine_unreachable' } })
  expect(operation.error!.message).toContain('web2')
  expect(seconds).toBeLessThan(150)
  expect(await instances('web1')).toBe(services.length)
  await admin.clearFaults()
  expect(await serving()).toEqual(services.map(() => first))

  here.project.write('weight', 0)
  const next = await deploy()
  expect(next.operation.error).toBeNull()
  first = next.plan.deployment!.release
  expect(await serving()).toEqual(services.map(() => first))
  expect(await here.on('web2', 'ls -A /var/lib/atlas/lanes/shop.uat/releases')).not.toContain('.partial')
}, 400_000)

test('a disk that fills in the middle of a transfer: the deploy says so, and no half of a release stays', async () => {
  const releases = '/var/lib/atlas/lanes/shop.uat/releases'
  // What serves goes on from the small disk as before; it only looks as if all were on it.
  const small = `cp -a ${releases} /tmp/kept && mount -t tmpfs -o size=8m tmpfs ${releases} && cp -a /tmp/kept/. ${releases}/`
  await here.on('web2', small)
  here.project.write('weight', 20_000_000)
  const { operation } = await deploy()
  expect(operation).toMatchObject({ status: 'failed', error: { code: 'machine_refused' } })
  expect(operation.error!.message).toMatch(/web2.*no space is left on \/var\/lib\/atlas.*: 8 MB, all used/s)
  expect(await serving()).toEqual(services.map(() => first))
  expect(await here.on('web2', `ls -A ${releases}`)).not.toContain('.partial')
  expect(await instances('web1')).toBe(services.length)

  here.project.write('weight', 0)
  await here.on('web2', `umount -l ${releases}`)
  const next = await deploy()
  expect(next.operation.error).toBeNull()
  first = next.plan.deployment!.release
}, 240_000)

test('a machine whose clock jumps back by years is deployed to as before, and traffic stays', async () => {
  const back = `#!/bin/sh\nexec /usr/bin/date -d @86400 "$@"\n`
  const fake = `printf %s '${back}' > /usr/local/bin/date && chmod 755 /usr/local/bin/date && date +%Y`
  for (const machine of ['master', 'web1', 'web2']) expect(await here.on(machine, fake)).toContain('1970')
  for (let n = 0; n < 5; n++) {
    const { plan, operation } = await deploy()
    expect(operation.error).toBeNull()
    first = plan.deployment!.release
    expect(await serving()).toEqual(services.map(() => first))
  }
  expect(await here.on('master', 'ls /etc/atlas/nginx/live/')).toContain('nginx.conf')
}, 300_000)
