import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bounds, Driver, JsonObject } from '@atlas/core'
import { digitalOceanDriver } from '@atlas/driver-digitalocean'
import { sandboxAdmin, startSandbox } from '@atlas/sandbox'
import { type Checked, checked as newlyChecked } from './checked.ts'
import { planter } from './plant.ts'

export interface Ground {
  admin: ReturnType<typeof sandboxAdmin>
  plant: ReturnType<typeof planter>
  /** A plain reading of the cloud. */
  get<T>(path: string): Promise<T>
  /** What somebody does beside us. */
  post(path: string, body: JsonObject): Promise<void>
  driver(bounds?: Partial<Bounds>): Driver
  checked: Checked
  close(): Promise<void>
}

const unlimited = { perHour: Number.POSITIVE_INFINITY, perMinute: Number.POSITIVE_INFINITY }

/** A sandbox of records that answers at once, and drivers whose every exchange is held against the document. */
export async function openGround(checked = newlyChecked()): Promise<Ground> {
  const dataDir = await mkdtemp(join(tmpdir(), 'atlas-driver-'))
  const sandbox = await startSandbox({ dataDir, backend: 'none', settleMs: 5, rateLimit: unlimited })
  const { url, token } = sandbox
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return {
    admin: sandboxAdmin({ admin: `${url}/_sandbox`, token }),
    plant: planter(sandbox),
    get: async <T>(path: string) => (await (await fetch(url + path, { headers })).json()) as T,
    post: async (path, body) => {
      const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
      if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`)
    },
    driver: (bounds) =>
      digitalOceanDriver({
        token,
        baseUrl: url,
        bounds: { requestTimeoutMs: 1500, lateEffectMs: 0, listLagMs: 0, ...bounds },
        send: checked.send,
      }),
    checked,
    async close() {
      await sandbox.close()
      await rm(dataDir, { recursive: true })
    },
  }
}
