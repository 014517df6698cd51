import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openClock } from './clock.ts'
import type { Cloud } from './cloud.ts'
import { createApp } from './http/app.ts'
import type { RateLimit } from './http/limit.ts'
import { type Backend, chooseSshPort, openBackend } from './machines/index.ts'
import { meterEverything } from './metering/meter.ts'
import { openRecords } from './records/records.ts'
import { Store } from './records/store.ts'
import { connectPeering } from './routes/vpc-peerings.ts'
import { resume } from './work/actions.ts'
import { openBackground } from './work/background.ts'
import { bringOnline } from './work/databases.ts'
import { destroyTogether } from './work/destruction.ts'
import { keepFirewalls } from './work/firewalls.ts'
import { importImage } from './work/images.ts'
import { openLoadBalancer } from './work/load-balancers.ts'
import { machineSpec } from './work/machine.ts'

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
  const machinesDir = join(options.dataDir, 'machines')
  const backend = await openBackend({ name: options.backend ?? 'auto', dataDir: machinesDir, log: complain })
  const store = new Store(join(options.dataDir, 'records.sqlite'))
  const records = openRecords(store)
  const parts = {
    ...records,
    store,
    backend,
    clock: openClock(Number(records.meta.get('clock')?.value ?? 0)),
    background: openBackground(stopping, (error) => complain(String(error))),
    options: {
      settleMs: options.settleMs ?? 150,
      dropletLimit: options.dropletLimit ?? 20_000,
      sshPort: await chooseSshPort(),
    },
  }
  meterEverything(parts)
  const cloud: Cloud = { ...parts, firewallKeeper: keepFirewalls(parts) }
  await takeUp(cloud)
  return cloud
}

/** After a restart: the machines run again, and what was under way goes on. */
async function takeUp(cloud: Cloud): Promise<void> {
  const made = [...cloud.droplets.all()].filter((droplet) => droplet.status !== 'new')
  const machines = made.map((droplet) => ({ spec: machineSpec(cloud, droplet), on: droplet.status === 'active' }))
  await cloud.backend.recover(machines)
  for (const droplet of made) await cloud.firewallKeeper.guard(droplet)
  resume(cloud)
  for (const { id } of cloud.loadBalancers.all()) openLoadBalancer(cloud, id)
  for (const { id, status } of cloud.peerings.all()) if (status === 'PROVISIONING') connectPeering(cloud, id)
  for (const { id, completedAt } of cloud.destructions.all()) if (completedAt === undefined) destroyTogether(cloud, id)
  for (const { id, status } of cloud.databases.all()) if (status !== 'online') bringOnline(cloud, id)
  for (const { id, status } of cloud.images.all()) if (status === 'NEW') importImage(cloud, id)
}

const complain = (line: string): void => void process.stderr.write(`sandbox: ${line}\n`)

function knownToken(file: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { token?: string }).token
  } catch {
    return undefined
  }
}
