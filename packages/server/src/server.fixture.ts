import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Client, createClient } from '@atlas/client'
import type { JsonObject } from '@atlas/core'
import { lifeOf } from '@atlas/postgres'
import { afterAll, beforeAll } from 'vitest'
import { lastServer, type RunningServer } from './data-folder/server-file.ts'

const main = join(import.meta.dirname, 'main.ts')

export interface ReadyLine {
  ready: boolean
  joined?: boolean
  url: string
  pid: number
  sandbox?: { url: string; pid: number }
  error?: { code: string; message: string; hint?: string }
}

/** A server in a process of its own, as people start it. */
export interface ServerProcess {
  child: ChildProcess
  line: ReadyLine
  /** Resolves with exit code or signal. */
  ended: Promise<number | string>
}

export function dataFolder(): { path: string; remove(): void } {
  const base = mkdtempSync(join(tmpdir(), 'atlas-server-'))
  // Its account must reach the PostgreSQL in it when the tests run as root.
  chmodSync(base, 0o711)
  return { path: join(base, 'data'), remove: () => rmSync(base, { recursive: true, force: true }) }
}

/** Resolves with the first line it prints. */
export async function startServer(
  dataDir: string,
  { args = ['--dev'], env = {} }: { args?: string[]; env?: Env } = {},
): Promise<ServerProcess> {
  const { PATH, NODE_COMPILE_CACHE } = process.env
  const child = spawn(process.execPath, [main, '--data-dir', dataDir, '--parent-pipe', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH, NODE_COMPILE_CACHE, ATLAS_SANDBOX_RATE_LIMIT: 'off', ...env },
  })
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string)
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string]
  return { child, line: JSON.parse(line) as ReadyLine, ended }
}

export async function stopServer({ child, ended }: ServerProcess): Promise<number | string> {
  child.stdin?.end()
  return ended
}

type Env = Record<string, string>

/** For a sandbox without machines, and a server that does not look at the cloud by itself. */
export const recordsOnly = { ATLAS_SANDBOX_BACKEND: 'none', ATLAS_PATROL_MINUTES: '0' }

/**
 * A server and a sandbox for all tests of a file: there before the first, gone after the last. Gives its data folder.
 * @param env of the server; asked for it, with the data folder, before it starts
 */
export function serverOfFile(env: Env | ((dataDir: string) => Env) = {}): string {
  const folder = dataFolder()
  let server: ServerProcess
  beforeAll(async () => {
    server = await startServer(folder.path, { env: typeof env === 'function' ? env(folder.path) : env })
    if (!server.line.ready) throw new Error(server.line.error?.message)
  })
  afterAll(async () => {
    await stopServer(server)
    folder.remove()
  })
  return folder.path
}

/** The server's own file, tokens and all. */
export function serverOf(dataDir: string): RunningServer {
  const server = lastServer(dataDir)
  if (!server) throw new Error(`no server.json in ${dataDir}`)
  return server
}

export const clientOf = (dataDir: string): Client => createClient(serverOf(dataDir))

/** Follows an operation by its events to its end. @throws Error with where it stands, when that takes too long */
export async function finished(
  client: Client,
  id: string,
  withinMs = 90_000,
): Promise<Awaited<ReturnType<Client['operation']>>> {
  const stop = new AbortController()
  const late = setTimeout(() => stop.abort(), withinMs)
  const ends = ['deployment.completed', 'deployment.failed', 'operation.cancelled']
  let last: unknown
  for await (const event of client.events({ operation: id, signal: stop.signal })) {
    last = event
    if (ends.includes(event.type)) break
  }
  clearTimeout(late)
  const operation = await client.operation(id)
  if (stop.signal.aborted) {
    const steps = (await client.steps(id)).filter(({ status }) => status !== 'done')
    throw new Error(`not finished after ${withinMs} ms: ${JSON.stringify({ operation, steps, last })}`)
  }
  stop.abort()
  return operation
}

/** Two machines in a private network. */
export const twoMachines = (more: { name?: string; provider?: string } = {}): JsonObject => ({
  name: 'shop',
  provider: 'digitalocean',
  region: 'nyc3',
  ...more,
  resources: [
    { type: 'vpc', name: 'net', specifications: {} },
    ...['web1', 'web2'].map((name) => ({
      type: 'machine',
      name,
      specifications: { size: 's-1vcpu-1gb', image: 'debian-13-x64', vpc: { ref: 'net.id' } },
    })),
  ],
})

/** A zombie is dead, however long it takes whoever inherited it to ask how it ended. */
export const alive = (pid: number): boolean => lifeOf(pid) !== undefined

/** The key of a data folder as `atlas` makes it for a blueprint; gives the public half. */
export function makeKey(dataDir: string): string {
  const file = join(dataDir, 'ssh', 'id_ed25519')
  mkdirSync(join(dataDir, 'ssh'), { mode: 0o700 })
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file])
  return readFileSync(`${file}.pub`, 'utf8').trim()
}
