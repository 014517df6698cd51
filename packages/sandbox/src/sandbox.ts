import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SandboxFile } from './admin/client.ts'
import { createApp } from './http/app.ts'
import type { RateLimit } from './http/limit.ts'
import type { Backend } from './machines/index.ts'
import { openCloud } from './open-cloud.ts'

export interface SandboxOptions {
  /** Everything the sandbox keeps is in here; one sandbox per folder. */
  dataDir: string
  /** 0: a free one. */
  port?: number
  backend?: 'auto' | Backend['name']
  /** Absent: a random one, made once per data folder. */
  token?: string
  rateLimit?: RateLimit
  /** How long instant steps take, in milliseconds. */
  settleMs?: number
  dropletLimit?: number
}

export interface Sandbox {
  url: string
  token: string
  backend: Backend['name']
  /** What the backend keeps apart and what not: one sentence to show at start. */
  isolation: string
  /** Ends every machine's processes and the server; records and disks stay. */
  close(): Promise<void>
}

/** Starts a local cloud on loopback. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 })
  const infoFile = join(options.dataDir, 'sandbox.json')
  const token = options.token ?? knownToken(infoFile) ?? randomBytes(32).toString('base64url')
  const stop = new AbortController()
  const cloud = await openCloud(options, stop.signal)
  const app = createApp(cloud, { token, rateLimit: options.rateLimit ?? { perHour: 5000, perMinute: 250 } })

  async function close(): Promise<void> {
    stop.abort()
    cloud.machineWatch.close()
    await app.close()
    await cloud.background.settled()
    await cloud.balancers.close()
    await cloud.databaseKeeper.close()
    await cloud.backend.close()
    cloud.store.close()
  }

  try {
    const url = await app.listen({ host: '127.0.0.1', port: options.port ?? 0 })
    const { name, isolation } = cloud.backend
    const file: SandboxFile = { url, token, pid: process.pid, backend: name, admin: `${url}/_sandbox` }
    writeFileSync(infoFile, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 })
    return { url, token, backend: name, isolation, close }
  } catch (error) {
    await close()
    throw error
  }
}

function knownToken(file: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { token?: string }).token
  } catch {
    return undefined
  }
}
