import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { droplet, SandboxProcess, until } from './sandbox.fixture.ts'

interface Info {
  backend: string
  droplets: { id: number; ssh: { host: string; port: number; known_hosts?: string } }[]
  load_balancers: { entries: { port: number }[]; targets: { healthy: boolean }[] }[]
}

let cloud: SandboxProcess
let info: Info
const look = async () => (await cloud.admin.info()) as unknown as Info

beforeAll(async () => {
  cloud = await SandboxProcess.start('--backend', 'auto')
  info = await look()
})
afterAll(() => cloud.remove())

/** What the one who answers says first; nothing where nobody does within two seconds. */
async function greeting(host: string, port: number): Promise<string | undefined> {
  const socket = connect({ host, port })
  const signal = AbortSignal.timeout(2000)
  try {
    const [said] = await once(socket, 'data', { signal })
    return String(said).trim()
  } catch {
    return undefined
  } finally {
    socket.destroy()
  }
}

test('machines behind a load balancer answer through it and, where the firewall says so, through nothing else', async ({
  skip,
}) => {
  if (info.backend !== 'namespace') skip('firewalls take effect in namespaces alone')
  const { name: _, ...common } = droplet({ tags: ['inner'] })
  await cloud.call('POST', '/v2/droplets', { ...common, names: ['one', 'two'] })
  await until(look, ({ droplets }) => droplets.length === 2 && droplets.every(({ ssh }) => ssh.known_hosts))
  const { droplets } = await look()
  const { host, port } = droplets[0]!.ssh
  expect(await until(() => greeting(host, port), Boolean)).toMatch(/^SSH-2\.0/)

  const rule = { entry_protocol: 'tcp', entry_port: 20_022, target_protocol: 'tcp', target_port: port }
  const check = { protocol: 'tcp', port, check_interval_seconds: 1, healthy_threshold: 1, unhealthy_threshold: 1 }
  const { body } = await cloud.call<{ load_balancer: { id: string } }>('POST', '/v2/load_balancers', {
    name: 'door',
    region: 'nyc3',
    tag: 'inner',
    forwarding_rules: [rule],
    health_check: check,
  })
  const balancerIsWell = async () => (await look()).load_balancers[0]?.targets.every(({ healthy }) => healthy)
  await until(look, ({ load_balancers }) => load_balancers[0]?.targets.length === 2)
  await until(balancerIsWell, Boolean)
  const { load_balancer } = await cloud.get<{ load_balancer: { ip: string } }>(
    `/v2/load_balancers/${body.load_balancer.id}`,
  )
  expect(await greeting(load_balancer.ip, 20_022)).toMatch(/^SSH-2\.0/)

  const sources = { load_balancer_uids: [body.load_balancer.id] }
  const { body: made } = await cloud.call<{ firewall: { id: string } }>('POST', '/v2/firewalls', {
    name: 'inner',
    tags: ['inner'],
    inbound_rules: [{ protocol: 'tcp', ports: String(port), sources }],
  })
  await until(
    () => greeting(host, port),
    (said) => said === undefined,
  )
  expect(await greeting(load_balancer.ip, 20_022)).toMatch(/^SSH-2\.0/)

  await cloud.call('DELETE', `/v2/firewalls/${made.firewall.id}`)
  expect(await until(() => greeting(host, port), Boolean)).toMatch(/^SSH-2\.0/)
})

test('a crashed machine is off until it is powered on again, with the same host key', async ({ skip }) => {
  if (info.backend === 'none') skip('no machine runs here')
  const { body } = await cloud.call<{ droplet: { id: number } }>('POST', '/v2/droplets', droplet({ name: 'falls' }))
  const { id } = body.droplet
  const state = () => cloud.get<{ droplet: { status: string; locked: boolean } }>(`/v2/droplets/${id}`)
  await until(state, (answer) => !answer.droplet.locked)
  const ssh = async () => (await look()).droplets.find((each) => each.id === id)!.ssh
  const before = await ssh()
  await cloud.admin.addFault({ kind: 'crash', droplet: id })
  expect((await state()).droplet.status).toBe('off')
  expect(await greeting(before.host, before.port)).toBeUndefined()
  expect((await cloud.call('POST', `/v2/droplets/${id}/actions`, { type: 'power_on' })).status).toBe(201)
  await until(state, (answer) => answer.droplet.status === 'active')
  expect(await until(() => greeting(before.host, before.port), Boolean)).toMatch(/^SSH-2\.0/)
  expect((await ssh()).known_hosts).toBe(before.known_hosts)
})

test('a machine whose first process is killed from outside is off in the API', async ({ skip }) => {
  if (info.backend !== 'namespace') skip('only there a machine has a first process')
  const mark = `86400.${process.pid}`
  const wanted = droplet({ name: 'struck', user_data: `#!/bin/sh\nsleep ${mark} &\n` })
  const { body } = await cloud.call<{ droplet: { id: number } }>('POST', '/v2/droplets', wanted)
  const look = () => cloud.get<{ droplet: { status: string } }>(`/v2/droplets/${body.droplet.id}`)
  await until(look, (answer) => answer.droplet.status === 'active')
  const sleeper = await until(async () => withArgument(mark), Boolean)
  process.kill(parentOf(sleeper!), 'SIGKILL')
  expect((await until(look, (answer) => answer.droplet.status !== 'active')).droplet.status).toBe('off')
})

function withArgument(text: string): number | undefined {
  const file = globSync('/proc/[0-9]*/cmdline').find((path) => {
    try {
      return readFileSync(path, 'utf8').startsWith(`sleep\0${text}`)
    } catch {
      return false
    }
  })
  return file === undefined ? undefined : Number(file.split('/')[2])
}

/** An orphan in a machine is adopted by the machine's first process. */
const parentOf = (pid: number): number =>
  Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1])
