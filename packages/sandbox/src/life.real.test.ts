import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { droplet, SandboxProcess, until } from './sandbox.fixture.ts'

const run = promisify(execFile)

interface Ssh {
  host: string
  port: number
  user: string
  known_hosts?: string
}

let cloud: SandboxProcess
let id: number
let volume: string
let backend: unknown

/** The droplet's own word by SSH, with the key of the account and the host key that the sandbox tells. */
async function ssh(command: string): Promise<string> {
  const { droplets } = (await cloud.admin.info()) as unknown as { droplets: { id: number; ssh: Ssh }[] }
  const { host, port, user, known_hosts } = droplets.find((each) => each.id === id)!.ssh
  await writeFile(join(cloud.dataDir, 'known_hosts'), `${known_hosts}\n`)
  const options = [
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${join(cloud.dataDir, 'known_hosts')}`,
    'BatchMode=yes',
    'ConnectTimeout=5',
  ]
  const flags = ['-p', String(port), '-i', join(cloud.dataDir, 'key'), ...options.flatMap((option) => ['-o', option])]
  return (await run('ssh', [...flags, `${user}@${host}`, command])).stdout.trim()
}

const look = () => cloud.get<{ droplet: { status: string; locked: boolean } }>(`/v2/droplets/${id}`)
const unlocked = () => until(look, (answer) => !answer.droplet.locked)

async function act(path: string, body: object): Promise<void> {
  const { body: answer, status } = await cloud.call<{ action: { id: number } }>('POST', path, body)
  expect(status).toBeLessThan(300)
  const state = () => cloud.get<{ action: { status: string } }>(`/v2/actions/${answer.action.id}`)
  expect((await until(state, ({ action }) => action.status !== 'in-progress')).action.status).toBe('completed')
}

beforeAll(async () => {
  cloud = await SandboxProcess.start('--backend', 'auto')
  backend = (await cloud.admin.info()).backend
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(cloud.dataDir, 'key')])
  const { stdout: publicKey } = await run('cat', [join(cloud.dataDir, 'key.pub')])
  const { body: key } = await cloud.call<{ ssh_key: { id: number } }>('POST', '/v2/account/keys', {
    name: 'test',
    public_key: publicKey,
  })
  const disk = { name: 'data', region: 'nyc3', size_gigabytes: 1 }
  const { body: made } = await cloud.call<{ volume: { id: string } }>('POST', '/v2/volumes', disk)
  volume = made.volume.id
  const wanted = droplet({
    ssh_keys: [key.ssh_key.id],
    volumes: [volume],
    user_data: '#!/bin/sh\necho first > /root/story\n',
  })
  id = (await cloud.call<{ droplet: { id: number } }>('POST', '/v2/droplets', wanted)).body.droplet.id
  await unlocked()
})
afterAll(() => cloud.remove())
beforeEach(({ skip }) => {
  if (backend !== 'namespace') skip("paths such as /root and /mnt are the machine's own in namespaces alone")
})

test('a droplet lets in the key of the account and has run its user data', async () => {
  expect(await until(() => ssh('cat /root/story').catch(() => ''), Boolean)).toBe('first')
})

test('a snapshot gives back what was there when it was taken', async () => {
  await act(`/v2/droplets/${id}/actions`, { type: 'snapshot', name: 'first chapter' })
  await ssh('echo second > /root/story')
  const { snapshots } = await cloud.get<{ snapshots: { id: number }[] }>(`/v2/droplets/${id}/snapshots`)
  await act(`/v2/droplets/${id}/actions`, { type: 'restore', image: snapshots[0]!.id })
  expect(await ssh('cat /root/story')).toBe('first')
})

test('a disk survives power off and on, and the name follows a rename', async () => {
  await ssh('echo third > /root/story')
  await act(`/v2/droplets/${id}/actions`, { type: 'power_off' })
  await expect(ssh('true')).rejects.toThrow()
  await act(`/v2/droplets/${id}/actions`, { type: 'power_on' })
  await act(`/v2/droplets/${id}/actions`, { type: 'rename', name: 'renamed' })
  expect(await ssh('cat /root/story /etc/hostname; echo')).toBe('third\nrenamed')
})

test('a volume keeps its data while it goes from one droplet to none and back', async () => {
  await ssh('echo kept > /mnt/data/file')
  await act(`/v2/volumes/${volume}/actions`, { type: 'detach', droplet_id: id })
  expect(await ssh('cat /mnt/data/file || echo gone')).toBe('gone')
  await act(`/v2/volumes/${volume}/actions`, { type: 'attach', droplet_id: id })
  expect(await ssh('cat /mnt/data/file')).toBe('kept')
})

test('machines that ran run again after kill -9 of the sandbox, with disk, volume and host key', async () => {
  await cloud.kill('SIGKILL')
  await cloud.startAgain('--backend', 'auto')
  const story = () => ssh('cat /root/story /mnt/data/file').catch(() => '')
  expect(await until(story, Boolean)).toBe('third\nkept')
  expect((await look()).droplet.status).toBe('active')
})
