import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { vi } from 'vitest'

/** With what it is reached by https itself; gives the file of the certificate, for those who are to trust it. */
export function makeOwnCertificate(folder: string): string {
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...names]
  execFileSync('openssl', [...made, '-keyout', 'pebble.key', '-out', 'pebble.pem'], { cwd: folder, stdio: 'ignore' })
  return join(folder, 'pebble.pem')
}

/** Let's Encrypt's Pebble, an authority that speaks ACME, and a DNS server in which every host is at one address. */
export async function startPebble(folder: string, { pebble, dns }: { pebble: string; dns: string }, address: string) {
  const [listen, manage, names, manageNames] = await freePorts(4)
  const config = {
    pebble: {
      listenAddress: `127.0.0.1:${listen}`,
      managementListenAddress: `127.0.0.1:${manage}`,
      certificate: join(folder, 'pebble.pem'),
      privateKey: join(folder, 'pebble.key'),
      httpPort: 80,
      tlsPort: 443,
      ocspResponderURL: '',
      externalAccountBindingRequired: false,
      // Two thirds of that are over soon.
      profiles: { default: { description: 'for tests', validityPeriod: 30 } },
    },
  }
  writeFileSync(join(folder, 'pebble.json'), JSON.stringify(config))
  const off = ['-http01', '', '-https01', '', '-tlsalpn01', '', '-doh', '']
  const at = ['-dnsserver', `127.0.0.1:${names}`, '-management', `127.0.0.1:${manageNames}`]
  const resolver = spawn(dns, ['-defaultIPv4', address, '-defaultIPv6', '', ...at, ...off], { stdio: 'ignore' })
  const authority = spawn(pebble, ['-config', join(folder, 'pebble.json'), '-dnsserver', `127.0.0.1:${names}`], {
    stdio: 'ignore',
    env: { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '0' },
  })
  const root = () => text(`https://127.0.0.1:${manage}/roots/0`)
  await vi.waitFor(root, { timeout: 20_000, interval: 100 })
  return {
    directory: `https://localhost:${listen}/dir`,
    /** A host is at another address from now on. */
    async move(host: string, to: string): Promise<void> {
      const body = JSON.stringify({ host: `${host}.`, addresses: [to] })
      await fetch(`http://127.0.0.1:${manageNames}/clear-a`, { method: 'POST', body })
      await fetch(`http://127.0.0.1:${manageNames}/add-a`, { method: 'POST', body })
    },
    /** Of what it signs. It has another after each start. */
    root,
    stop: async () => void (await Promise.all([ended(authority), ended(resolver)])),
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill()
  await once(child, 'exit')
}

const text = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    get(url, { rejectUnauthorized: false }, async (answer) => resolve((await answer.toArray()).join(''))).once(
      'error',
      reject,
    )
  })

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}
