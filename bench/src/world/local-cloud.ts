import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { bodyOf, type Client, createClient } from '@atlas/client'
import type { Plan } from '@atlas/core'

/** A server with embedded PostgreSQL and a sandbox whose droplets are records only: what benches of scale run on. */
export interface LocalCloud {
  client: Client
  server: ChildProcess
  /** Calls of the sandbox's admin endpoint, such as `GET /requests`. */
  admin<T>(method: string, path: string, body?: unknown): Promise<T>
  /** Ends the server and starts it again on what it kept: nothing is warm. */
  restart(): Promise<void>
  close(): Promise<void>
}

export async function localCloud(): Promise<LocalCloud> {
  const base = mkdtempSync(join(tmpdir(), 'atlas-bench-'))
  // The account that runs PostgreSQL has to reach the folder in it.
  chmodSync(base, 0o711)
  const dataDir = join(base, 'data')
  let running = await start(dataDir)
  return {
    get client() {
      return createClient(read<{ url: string; token: string }>(join(dataDir, 'server.json')))
    },
    get server() {
      return running
    },
    async admin(method, path, body) {
      const { admin, token } = read<{ admin: string; token: string }>(join(dataDir, 'sandbox', 'sandbox.json'))
      const answer = await fetch(`${admin}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
      const text = await answer.text()
      return text === '' ? undefined : JSON.parse(text)
    },
    async restart() {
      await stop(running)
      running = await start(dataDir)
    },
    async close() {
      await stop(running)
      rmSync(base, { recursive: true, force: true })
    },
  }
}

/** Carries out a plan that was kept, by its hash, and waits for its end. @throws Error unless it succeeded */
export async function carryOut(client: Client, { hash }: Plan): Promise<void> {
  const params = { path: { hash } }
  const { operation: asked } = await bodyOf(client.api.POST('/api/v1/plans/{hash}/apply', { params, body: {} }))
  const { id } = asked
  const stop = new AbortController()
  const ends = ['deployment.completed', 'deployment.failed', 'operation.cancelled']
  for await (const { type } of client.events({ operation: id, signal: stop.signal })) if (ends.includes(type)) break
  stop.abort()
  const operation = await client.operation(id)
  if (operation.status !== 'succeeded') throw new Error(JSON.stringify(operation.error))
}

async function start(dataDir: string): Promise<ChildProcess> {
  const main = fileURLToPath(new URL('./main.ts', import.meta.resolve('@atlas/server')))
  const server = spawn(process.execPath, [main, '--data-dir', dataDir, '--dev', '--parent-pipe'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      ATLAS_SANDBOX_BACKEND: 'none',
      ATLAS_SANDBOX_RATE_LIMIT: 'off',
      ATLAS_PATROL_MINUTES: '0',
    },
  })
  const [line] = (await once(createInterface(server.stdout), 'line')) as [string]
  if (!JSON.parse(line).ready) throw new Error(line)
  return server
}

async function stop(server: ChildProcess): Promise<void> {
  const ended = once(server, 'exit')
  server.stdin?.end()
  await ended
}

const read = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T
