import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Door {
  host: string
  port: number
  user: string
}

/** What the machine answers to `uname -s`, as soon as it lets us in. */
export async function unameOver(door: Door, keyFile: string, withinMs: number): Promise<string> {
  const end = Date.now() + withinMs
  while (Date.now() < end) {
    const said = await attempt(door, keyFile)
    if (said !== undefined) return said
    await sleep(2_000)
  }
  return `lets nobody in within ${withinMs / 1000} s`
}

async function attempt({ host, port, user }: Door, keyFile: string): Promise<string | undefined> {
  const options = ['BatchMode=yes', 'ConnectTimeout=5', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null']
  const args = [...options.flatMap((option) => ['-o', option]), '-i', keyFile, '-p', String(port), '-l', user, host]
  const ssh = spawn('ssh', [...args, 'uname', '-s'], { stdio: ['ignore', 'pipe', 'ignore'] })
  let said = ''
  ssh.stdout.on('data', (chunk) => {
    said += chunk
  })
  const [code] = await once(ssh, 'close')
  return code === 0 ? said.trim() : undefined
}

interface SandboxInfo {
  effects: { ssh: boolean }
  droplets: { id: number; ssh: Door }[]
}

/**
 * A sandbox tells where its machines let people in, and whether there are any; at DigitalOcean it is port 22 of the
 * public address. `undefined`: no machine runs.
 */
export async function doorOf(
  cloud: { url: string; token: string },
  id: string,
  address: string,
): Promise<Door | undefined> {
  const headers = { authorization: `Bearer ${cloud.token}` }
  const answer = await fetch(new URL('/_sandbox/info', cloud.url), { headers })
  if (!answer.ok) return { host: address, port: 22, user: 'root' }
  const { effects, droplets } = (await answer.json()) as SandboxInfo
  return effects.ssh ? droplets.find((one) => String(one.id) === id)?.ssh : undefined
}
