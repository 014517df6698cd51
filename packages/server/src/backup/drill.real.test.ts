import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  clientOf,
  dataFolder,
  finished,
  type ServerProcess,
  serverOf,
  startServer,
  stopServer,
  twoMachines,
} from '../server.fixture.ts'

vi.setConfig({ testTimeout: 180_000 })

const cloudFolder = dataFolder()
const mine = dataFolder()
const another = dataFolder()
let cloud: ServerProcess
beforeAll(async () => {
  cloud = await startServer(cloudFolder.path)
})
afterAll(async () => {
  await stopServer(cloud)
  for (const { remove } of [cloudFolder, mine, another]) remove()
})

const env = () => {
  const { url, token } = serverOf(cloudFolder.path).sandbox!
  return { DO_TOKEN: token, DIGITALOCEAN_API_URL: url, ATLAS_PATROL_MINUTES: '0.02' }
}
const passphrase = { ATLAS_BACKUP_PASSPHRASE: 'a horse that staples batteries' }

async function program(name: 'backup' | 'restore', words: string[], more: Record<string, string> = passphrase) {
  const file = join(import.meta.dirname, `../programs/${name}.ts`)
  const options = { env: { PATH: process.env.PATH, ...more } }
  const run = promisify(execFile)(process.execPath, [file, ...words], options)
  const { stdout } = await run.catch((failed: { stdout: string }) => failed)
  return JSON.parse(stdout) as Record<string, unknown> & { error?: { code: string; message: string } }
}

const machines = (...names: string[]) => {
  const { resources, ...more } = twoMachines() as { resources: object[] }
  return { ...more, resources: [...resources, ...names.map((name) => ({ ...resources[1], name }))] } as ReturnType<
    typeof twoMachines
  >
}

const backupFile = join(cloudFolder.path, '..', 'atlas.backup')

test('what a running server knows is kept, its folder is lost, and is brought back; what was made since is reported and left alone', async () => {
  const first = await startServer(mine.path, { args: [], env: env() })
  const client = clientOf(mine.path)
  expect(await finished(client, (await client.apply(twoMachines(), {})).id)).toMatchObject({ status: 'succeeded' })
  const before = await client.infrastructure('shop')
  const token = readFileSync(join(mine.path, 'token'), 'utf8')
  // As `atlas ssh` leaves them behind.
  mkdirSync(join(mine.path, 'ssh/known_hosts'), { recursive: true })

  const made = await program('backup', [mine.path, backupFile])
  expect(made).toMatchObject({ sealed: true, files: expect.arrayContaining(['token', 'vault.key']) })
  expect(readFileSync(backupFile).includes('web1')).toBe(false)

  // After the backup, another machine is made. Then everything is lost.
  expect(await finished(client, (await client.apply(machines('late'), {})).id)).toMatchObject({ status: 'succeeded' })
  first.child.kill('SIGKILL')
  await first.ended
  rmSync(mine.path, { recursive: true, force: true })

  expect(await program('restore', [mine.path, backupFile])).toMatchObject({ ended_operations: 0 })
  expect(readFileSync(join(mine.path, 'token'), 'utf8')).toBe(token)
  const second = await startServer(mine.path, { args: [], env: env() })
  try {
    const again = clientOf(mine.path)
    const after = await again.infrastructure('shop')
    expect(after.resources.map(({ id }) => id)).toEqual(before.resources.map(({ id }) => id))
    expect((await again.planApply(twoMachines())).steps).toEqual([])

    const quarantined = await firstEvent(again, 'resource.quarantined')
    expect(quarantined).toMatchObject({ infrastructure: 'shop', data: { type: 'machine' } })
    expect((await droplets()).map(({ name }) => name).sort()).toEqual(['late', 'web1', 'web2'])

    // Events go on from where they were, and so do changes.
    const { id } = await again.apply(machines('next'), {})
    expect(await finished(again, id)).toMatchObject({ status: 'succeeded' })
    expect(await droplets()).toHaveLength(4)
  } finally {
    await stopServer(second)
  }
})

test('a database that holds something is not overwritten unless that is said', async () => {
  expect(await program('restore', [mine.path, backupFile])).toMatchObject({ error: { code: 'not_empty' } })
  expect(await program('restore', [mine.path, backupFile, '--replace'])).toMatchObject({ ended_operations: 0 })
})

test('a wrong passphrase, a changed byte and a missing end are found before anything is changed', async () => {
  const whole = readFileSync(backupFile)
  const changed = Buffer.from(whole)
  changed[Math.floor(changed.length / 2)]! ^= 1
  const wrong = join(cloudFolder.path, '..', 'wrong.backup')
  const refused = { error: { code: 'config_invalid' } }
  expect(await program('restore', [another.path, backupFile], { ATLAS_BACKUP_PASSPHRASE: 'no' })).toMatchObject(refused)
  for (const bytes of [changed, whole.subarray(0, -40), Buffer.from('hello')]) {
    writeFileSync(wrong, bytes)
    expect(await program('restore', [another.path, wrong])).toMatchObject(refused)
  }
})

test('without a passphrase no key goes into a backup', async () => {
  const file = join(cloudFolder.path, '..', 'plain.backup')
  expect(await program('backup', [mine.path, file], {})).toMatchObject({ sealed: false, files: [] })
  expect(await program('restore', [another.path, file], {})).toMatchObject({ files: [] })
})

type Client = ReturnType<typeof clientOf>

async function firstEvent(client: Client, type: string) {
  const stop = new AbortController()
  try {
    for await (const event of client.events({ signal: stop.signal })) if (event.type === type) return event
  } finally {
    stop.abort()
  }
  return undefined
}

async function droplets(): Promise<{ name: string }[]> {
  const { url, token } = serverOf(cloudFolder.path).sandbox!
  const answer = await fetch(`${url}/v2/droplets?per_page=200`, { headers: { authorization: `Bearer ${token}` } })
  return ((await answer.json()) as { droplets: { name: string }[] }).droplets
}
