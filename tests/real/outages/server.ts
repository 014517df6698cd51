import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Client, createClient, readServerFile } from '@atlas/client'
import type { CloudEvent } from '@atlas/core'
import { readSandboxFile, sandboxAdmin } from '@atlas/sandbox'

/** A server in a process of its own, with its worker and a sandbox beside it, and what a user of it holds. */
export interface OutageServer {
  client: Client
  pid: number
  admin: ReturnType<typeof sandboxAdmin>
  /** A command of the CLI against it, as a script runs it. */
  atlas(...words: string[]): Promise<{ exit: number | string; stderr: string; ms: number }>
  stop(): Promise<void>
}

/** A folder that the account which runs PostgreSQL can reach. */
export function workFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'atlas-outage-'))
  chmodSync(path, 0o711)
  return path
}

export async function startServer(dataDir: string, env: Record<string, string> = {}): Promise<OutageServer> {
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  const main = fileURLToPath(new URL('./main.ts', import.meta.resolve('@atlas/server')))
  const { PATH, NODE_COMPILE_CACHE } = process.env
  const child = spawn(process.execPath, [main, '--data-dir', dataDir, '--parent-pipe', '--dev'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH, NODE_COMPILE_CACHE, ATLAS_SANDBOX_RATE_LIMIT: 'off', ...env },
  })
  const ended = once(child, 'exit')
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const file = readServerFile(dataDir)
  if (!file) throw new Error(line)
  return {
    client: createClient(file),
    pid: file.pid,
    admin: sandboxAdmin(await readSandboxFile(join(dataDir, 'sandbox'))),
    atlas: (...words) => runAtlas(words, { ATLAS_URL: file.url, ATLAS_TOKEN: file.token }),
    async stop() {
      child.stdin.end()
      await ended
    },
  }
}

async function runAtlas(words: string[], env: Record<string, string>) {
  const began = performance.now()
  const program = fileURLToPath(import.meta.resolve('@atlas/cli/atlas'))
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env.PATH, ...env } })
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const [code, signal] = await once(child, 'close')
  return { exit: (code ?? signal) as number | string, stderr, ms: performance.now() - began }
}

const ends = ['deployment.completed', 'deployment.failed', 'operation.cancelled']

/** Every event of an operation up to its end, by one reader that may have to wait and to come back. */
export async function follow(client: Client, operation: string): Promise<CloudEvent[]> {
  const seen: CloudEvent[] = []
  const leave = new AbortController()
  for await (const event of client.events({ operation, signal: leave.signal })) {
    seen.push(event)
    if (ends.includes(event.type)) leave.abort()
  }
  return seen
}

/** What exists of an infrastructure in the sandbox, `type:name` as it was described, sorted. Machines keep their names. */
export async function thereIs({ admin }: OutageServer, of: string, types: readonly string[]): Promise<string[]> {
  const { records } = (await admin.dump()) as { records: Record<string, { name?: string }[]> }
  const derived = new RegExp(`^${of}-(.*)-[0-9a-f]{16}$`)
  const described = (type: string, name: string) => (type === 'droplet' ? name : derived.exec(name)?.[1])
  return types
    .flatMap((type) => (records[type] ?? []).map(({ name = '' }) => [type, described(type, name)]))
    .flatMap(([type, name]) => (name === undefined ? [] : [`${type}:${name}`]))
    .sort()
}

export const removeFolder = (path: string) => rmSync(path, { recursive: true, force: true })
