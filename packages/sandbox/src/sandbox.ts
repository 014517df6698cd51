import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openClock } from './clock.ts'
import type { Cloud } from './cloud.ts'
import { createApp } from './http/app.ts'
import type { RateLimit } from './http/limit.ts'
import type { Backend } from './machines/backend.ts'
import { openRecords } from './records/records.ts'
import { Store } from './records/store.ts'
import { resume } from './work/actions.ts'
import { openBackground } from './work/background.ts'
import { bringOnline } from './work/databases.ts'
import { importImage } from './work/images.ts'
import { openLoadBalancer } from './work/load-balancers.ts'
import { machineSpec } from './work/machine.ts'
import { noMachines } from './work/none.ts'

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
  const url = await app.listen({ host: '127.0.0.1', port: options.port ?? 0 })
  const { name, isolation } = cloud.backend
  writeFileSync(
    infoFile,
    `${JSON.stringify({ url, token, pid: process.pid, backend: name, admin: `${url}/_sandbox` }, null, 2)}\n`,
    { mode: 0o600 },
  )

  return {
    url,
    token,
    backend: name,
    isolation,
    async close() {
      stop.abort()
      await app.close()
      await cloud.background.settled()
      await cloud.backend.close()
      cloud.store.close()
    },
  }
}

async function openCloud(options: SandboxOptions, stopping: AbortSignal): Promise<Cloud> {
  const store = new Store(join(options.dataDir, 'records.sqlite'))
  const records = openRecords(store)
  const backend = noMachines()
  const cloud: Cloud = {
    ...records,
    store,
    backend,
    clock: openClock(Number(records.meta.get('clock')?.value ?? 0)),
    background: openBackground(stopping, (error) => process.stderr.write(`sandbox: ${error}\n`)),
    options: {
      settleMs: options.settleMs ?? 150,
      dropletLimit: options.dropletLimit ?? 20_000,
      sshPort: 22,
    },
  }
  const machines = [...cloud.droplets.all()].filter((droplet) => droplet.status !== 'new')
  await backend.recover(
    machines.map((droplet) => ({ spec: machineSpec(cloud, droplet), on: droplet.status === 'active' })),
  )
  resume(cloud)
  for (const { id } of cloud.loadBalancers.all()) openLoadBalancer(cloud, id)
  for (const { id, status } of cloud.databases.all()) if (status !== 'online') bringOnline(cloud, id)
  for (const { id, status } of cloud.images.all()) if (status === 'NEW') importImage(cloud, id)
  return cloud
}

function knownToken(file: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { token?: string }).token
  } catch {
    return undefined
  }
}
