import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newKey, startSandbox } from '@atlas/sandbox'
import { vi } from 'vitest'
import { connectMachine } from './machine/connect.ts'
import type { Connected, Reach } from './machine/machine.ts'

/** Machines of a sandbox cloud, in one private network. */
export async function startMachines(names: readonly string[], backend: 'auto' | 'process' = 'auto') {
  const dataDir = mkdtempSync(join(tmpdir(), 'deploy-test-'))
  const sandbox = await startSandbox({ dataDir, backend, rateLimit: { perHour: 1e6, perMinute: 1e6 }, settleMs: 20 })
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${sandbox.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${sandbox.token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    return (await answer.json()) as never
  }
  const key = newKey('deploy')
  const { ssh_key } = await call('POST', '/v2/account/keys', { name: 'key', public_key: key.public })
  const common = {
    region: 'lon1',
    size: 's-1vcpu-1gb',
    image: 'debian-13-x64',
    ssh_keys: [(ssh_key as { id: number }).id],
  }
  await call('POST', '/v2/droplets', { ...common, names })
  const settled = { timeout: 60_000, interval: 100 }
  const droplets = await vi.waitFor(async () => {
    const { droplets } = (await call('GET', '/_sandbox/info')) as { droplets: Droplet[] }
    if (droplets.filter(({ ssh }) => ssh.known_hosts).length < names.length) throw new Error('no host keys yet')
    return droplets
  }, settled)

  const connected = new Map<string, Connected>()
  // Asked before an engine of containers adds a network of its own.
  const addresses = new Map<string, string>()
  for (const { id, ssh } of droplets) {
    const { known_hosts: knownHosts, ...rest } = ssh
    const { name } = ((await call('GET', `/v2/droplets/${id}`)) as { droplet: { name: string } }).droplet
    const reach: Reach = { ...rest, knownHosts, privateKey: key.private }
    const machine = await vi.waitFor(() => connectMachine(name, reach), settled)
    connected.set(name, machine)
    addresses.set(name, (await machine.run(['hostname', '-I'])).trim().split(/\s+/).at(-1)!)
  }
  return {
    call,
    machine: (name: string) => connected.get(name)!,
    address: async (name: string): Promise<string> => addresses.get(name)!,
    async stop() {
      for (const machine of connected.values()) machine.close()
      await sandbox.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

interface Droplet {
  id: number
  ssh: { host: string; port: number; user: string; known_hosts?: string }
}
