import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { vi } from 'vitest'

/** What its administrator is told; of each call only what is there. */
interface Told {
  data: Record<string, string>
  auth: { client_token: string; accessor: string }
  keys_base64: string[]
  root_token: string
}

export interface OpenBao {
  /** The same after each start. */
  url: string
  root: string
  /** As its administrator. @throws Error with what it answered, where it refuses */
  admin(method: 'POST' | 'GET' | 'DELETE', path: string, body?: object, namespace?: string): Promise<Told>
  /** A KV engine; the one of version 2 is ready once it takes a value. */
  mount(name: string, version: '1' | '2', namespace?: string): Promise<void>
  put(path: string, values: Record<string, string>, namespace?: string): Promise<Told>
  /** A policy that allows reading one path; gives its name. */
  policy(path: string, namespace?: string): Promise<string>
  appRole(policy: string, more?: object, namespace?: string): Promise<{ roleId: string; secretId: string }>
  seal(): Promise<void>
  unseal(): Promise<void>
  /** As a computer that loses its power. */
  kill(): Promise<void>
  /** After that: its data is there, and sealed. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** OpenBao as somebody runs it for good: initialized, unsealed, with its data in files; KV version 2 at `secret`. */
export async function startOpenBao(program: string): Promise<OpenBao> {
  const folder = mkdtempSync(join(tmpdir(), 'atlas-openbao-'))
  let running = await listening(program, '127.0.0.1:0', folder)
  const { url } = running
  const say = (token?: string) => (method: string, path: string, body?: object, namespace?: string) =>
    ask(`${url}/v1/${path}`, method, body, {
      ...(token !== undefined && { 'x-vault-token': token }),
      ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
    })
  const { keys_base64: keys, root_token: root } = await say()('POST', 'sys/init', {
    secret_shares: 1,
    secret_threshold: 1,
  })
  const admin = say(root)
  const kill = async () => {
    const ended = once(running.child, 'exit')
    running.child.kill('SIGKILL')
    await ended
  }
  const bao: OpenBao = {
    url,
    root,
    admin,
    async mount(name, version, namespace) {
      await admin('POST', `sys/mounts/${name}`, { type: 'kv', options: { version } }, namespace)
      // A new engine of version 2 refuses everything for a moment.
      if (version === '2') await vi.waitFor(() => admin('GET', `${name}/config`, undefined, namespace))
    },
    put: (path, data, namespace) => admin('POST', path, { data }, namespace),
    async policy(path, namespace) {
      const name = path.replaceAll(/[^a-z0-9]+/g, '-')
      await admin(
        'POST',
        `sys/policies/acl/${name}`,
        { policy: `path "${path}" { capabilities = ["read"] }` },
        namespace,
      )
      return name
    },
    async appRole(policy, more = {}, namespace) {
      const role = `auth/approle/role/${policy}`
      await admin('POST', role, { token_policies: [policy], ...more }, namespace)
      const { data } = await admin('GET', `${role}/role-id`, undefined, namespace)
      const secret = await admin('POST', `${role}/secret-id`, {}, namespace)
      return { roleId: data.role_id!, secretId: secret.data.secret_id! }
    },
    seal: async () => void (await admin('POST', 'sys/seal')),
    unseal: async () => void (await say()('POST', 'sys/unseal', { key: keys[0] })),
    kill,
    async start() {
      running = await listening(program, new URL(url).host, folder)
    },
    async stop() {
      if (running.child.exitCode === null && running.child.signalCode === null) await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await bao.unseal()
  await bao.mount('secret', '2')
  await admin('POST', 'sys/auth/approle', { type: 'approle' })
  return bao
}

async function listening(
  program: string,
  address: string,
  folder: string,
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(program, [address, folder], { stdio: ['ignore', 'pipe', 'ignore'] })
  for await (const line of createInterface(child.stdout!)) return { child, url: line }
  throw new Error(`${program} ${address} ended`)
}

async function ask(
  url: string,
  method: string,
  body: object | undefined,
  headers: Record<string, string>,
): Promise<Told> {
  const answer = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`)
  return (text === '' ? {} : JSON.parse(text)) as Told
}
