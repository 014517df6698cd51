import { setTimeout as sleep } from 'node:timers/promises'
import { type Driver, type Identity, identityHash, isAtlasError, type Observed, ownerOf, type Stamp } from '@atlas/core'
import { digitalOceanDriver } from '@atlas/driver-digitalocean'
import { newKey } from './key.ts'
import { type Exchange, type Recorder, record } from './recorder.ts'
import { doorOf, unameOver } from './ssh.ts'

export interface Account {
  url: string
  token: string
}

/** What one walk saw. */
export interface Walked {
  exchanges: ReadonlyMap<string, Exchange>
  /** States in the order they were seen, without repetition, by what they are of. */
  sequences: Record<string, string[]>
  /** From the create to the confirmed end. */
  machineSeconds: number
}

export const size = 's-1vcpu-512mb-10gb'
const region = 'nyc3'
const image = 'debian-13-x64'

const workspace = 'live-check'
const owner = ownerOf(workspace, workspace)
const identity = (resource: string): Identity => ({ workspace, infrastructure: workspace, resource, generation: 1 })
const stamp = (resource: string): Stamp => ({ owner, identity: identityHash(identity(resource)), token: '1.1' })

/**
 * One small machine through its whole life, by our driver and where the driver has no word for it by the API itself:
 * key → machine → SSH → power off, on, reboot, rename → refusals → gone. Whatever an earlier walk left is removed first,
 * whatever this one made is removed at its end, also when it fails or is interrupted.
 */
export async function walk(account: Account, say: (line: string) => void, signal: AbortSignal): Promise<Walked> {
  const recorder = await record(account.url)
  const driver = digitalOceanDriver({ token: account.token, baseUrl: recorder.url })
  const sequences: Walked['sequences'] = {}
  const key = newKey()
  let born = 0
  try {
    await clean(driver, say)
    say(`account ${await driver.account(signal)}`)
    const keyId = await makeKey(driver, key.publicKey)
    born = Date.now()
    const machine = await makeMachine({ driver, recorder, account, sequences, signal }, keyId)
    say(`machine ${machine.id} at ${machine.attributes.public_ip}`)
    const door = await doorOf(account, machine.id, String(machine.attributes.public_ip))
    sequences.ssh = [door ? await unameOver(door, key.file, 180_000) : 'no machine runs']
    say(`ssh: ${sequences.ssh[0]}`)
    for (const action of actions) {
      await act({ driver, recorder, account, sequences, signal }, machine.id, action)
      say(`${action.type}: ${sequences[`action ${action.type}`]!.join(' → ')}`)
    }
    await refusals({ driver, recorder, account, sequences, signal })
  } finally {
    // Not with the caller's signal: what was made costs money until it is gone.
    sequences['machine, ending'] = await clean(driver, say)
    await forgetOwner(account)
    key.remove()
    await recorder.close()
  }
  return { exchanges: recorder.exchanges, sequences, machineSeconds: (Date.now() - born) / 1000 }
}

interface Walk {
  driver: Driver
  recorder: Recorder
  account: Account
  sequences: Walked['sequences']
  signal: AbortSignal
}

const actions = [
  { type: 'power_off' },
  { type: 'power_on' },
  { type: 'reboot' },
  { type: 'rename', name: 'atlas-live-check-renamed' },
] as const

async function makeKey(driver: Driver, publicKey: string): Promise<string> {
  const key = await driver.types.ssh_key!.create({
    identity: identity('key'),
    stamp: stamp('key'),
    name: 'key',
    region,
    specifications: { public_key: publicKey },
    gate: () => {},
  })
  await driver.types.ssh_key!.get(key.id)
  await Array.fromAsync(driver.types.ssh_key!.list({}))
  return key.id
}

async function makeMachine(walk: Walk, keyId: string): Promise<Observed> {
  const machines = walk.driver.types.machine!
  let machine = await machines.create({
    identity: identity('machine'),
    stamp: stamp('machine'),
    name: 'atlas-live-check',
    region,
    specifications: {
      size,
      image,
      ssh_keys: [keyId],
      backups: false,
      monitoring: false,
      ipv6: false,
      tags: [],
    },
    gate: () => {},
    signal: walk.signal,
  })
  const seen = [phaseOf(machine)]
  while (machine.phase !== 'ready') {
    await sleep(1_000, undefined, { signal: walk.signal })
    machine = await machines.get(machine.id, walk.signal)
    if (seen.at(-1) !== phaseOf(machine)) seen.push(phaseOf(machine))
    if (machine.phase === 'failed') throw new Error(`the machine failed: ${machine.reason}`)
  }
  walk.sequences['machine, beginning'] = seen
  await Array.fromAsync(machines.list({ owner }))
  return machine
}

const phaseOf = ({ phase, reason }: Observed) => (reason === undefined ? phase : `${phase}: ${reason}`)

/** An action by the API itself, followed to its end; the machine's own status is noted with it. */
async function act(walk: Walk, id: string, action: (typeof actions)[number]): Promise<void> {
  const { action: begun } = await ask<{ action: Action }>(walk, 'POST', `/v2/droplets/${id}/actions`, action)
  const seen = [begun.status]
  // At once for the first time: whether it was looked at while it went on must not depend on how fast a cloud is.
  for (let { status } = begun; status === 'in-progress'; ) {
    status = (await ask<{ action: Action }>(walk, 'GET', `/v2/actions/${begun.id}`)).action.status
    if (seen.at(-1) !== status) seen.push(status)
    if (status === 'in-progress') await sleep(500, undefined, { signal: walk.signal })
  }
  walk.sequences[`action ${action.type}`] = seen
  const { droplet } = await ask<{ droplet: { status: string } }>(walk, 'GET', `/v2/droplets/${id}`)
  walk.sequences[`machine after ${action.type}`] = [droplet.status]
}

interface Action {
  id: number
  status: string
}

/** What costs nothing and says much: the shape of errors. */
async function refusals(walk: Walk): Promise<void> {
  const odd = { name: 'atlas-live-check-odd', region, size: 'no-such-size', image }
  await ask(walk, 'POST', '/v2/droplets', odd)
  await ask(walk, 'POST', '/v2/droplets', { region })
  await ask(walk, 'GET', '/v2/droplets/1')
  await ask(walk, 'DELETE', '/v2/droplets/1')
  await ask(walk, 'GET', '/v2/no-such-path')
  await ask({ ...walk, account: { ...walk.account, token: 'dop_v1_wrong' } }, 'GET', '/v2/account')
}

async function ask<T>({ recorder, account, signal }: Walk, method: string, path: string, body?: object): Promise<T> {
  const answer = await fetch(new URL(path, recorder.url), {
    method,
    signal,
    headers: { authorization: `Bearer ${account.token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return (text === '' ? {} : JSON.parse(text)) as T
}

/** Removes everything that bears the walk's stamp or name, and gives how the machine looked while it went. */
async function clean(driver: Driver, say: (line: string) => void): Promise<string[]> {
  const seen: string[] = []
  const { machine: machines, ssh_key: keys } = driver.types
  const context = { gate: () => {} }
  for await (const machine of machines!.list({ owner })) {
    await machines!.remove(machine, context)
    while (!(await isGone(() => machines!.get(machine.id)))) await sleep(1_000)
    seen.push('gone')
    say(`machine ${machine.id} is gone`)
  }
  for await (const key of keys!.list({})) {
    if (key.name.startsWith(`${workspace}-key-`)) await keys!.remove(key, context)
  }
  return seen
}

/** Tags outlive what carried them, and this one means nothing to anybody else. Not a part of the walk. */
async function forgetOwner({ url, token }: Account): Promise<void> {
  const tag = new URL(`/v2/tags/atlas:${owner}`, url)
  await fetch(tag, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } })
}

async function isGone(read: () => Promise<Observed>): Promise<boolean> {
  try {
    await read()
    return false
  } catch (error) {
    if (isAtlasError(error, 'cloud_missing')) return true
    throw error
  }
}
