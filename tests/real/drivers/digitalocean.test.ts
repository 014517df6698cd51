import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { driverConformance, type Fault, type Subject } from '@atlas/driver-conformance'
import { digitalOceanDriver } from '@atlas/driver-digitalocean'
import { type FaultInput, sandboxAdmin, startSandbox } from '@atlas/sandbox'
import { planter } from './plant.ts'

const requestTimeoutMs = 1500

driverConformance({
  title: 'digitalocean on the sandbox',
  abilities: new Set(['lost_answer', 'error_after', 'rate_limited', 'forbidden', 'hang', 'list_lag', 'requests']),
  patienceMs: 20_000,
  open: async ({ listLagMs }): Promise<Subject> => {
    const dataDir = await mkdtemp(join(tmpdir(), 'atlas-driver-'))
    const sandbox = await startSandbox({
      dataDir,
      backend: 'none',
      settleMs: 5,
      rateLimit: { perHour: Number.POSITIVE_INFINITY, perMinute: Number.POSITIVE_INFINITY },
    })
    const admin = sandboxAdmin({ admin: `${sandbox.url}/_sandbox`, token: sandbox.token })
    const plant = planter(sandbox)
    // As in an account that has been used: the first network of a region is its default and cannot be removed.
    await plant({ type: 'vpc', name: 'default-nyc3', region: 'nyc3', specifications: {} })
    if (listLagMs > 0) await admin.addFault({ kind: 'list_lag', ms: listLagMs })
    return {
      driver: () =>
        digitalOceanDriver({
          token: sandbox.token,
          baseUrl: sandbox.url,
          bounds: { requestTimeoutMs, lateEffectMs: 0, listLagMs },
        }),
      fail: async (fault, { verb, type }) => {
        const scope = verb === 'create' ? { method: 'POST', path: createPath[type] ?? `/v2/${type}s` } : {}
        await admin.addFault({ ...faults[fault], ...scope, count: 1 } as FaultInput)
      },
      plant,
      requests: async () => Object.values(await admin.requests()).reduce((sum, count) => sum + count, 0),
      close: async () => {
        await sandbox.close()
        await rm(dataDir, { recursive: true })
      },
    }
  },
})

const faults: Record<Fault, FaultInput> = {
  lost_answer: { kind: 'lost_answer' },
  error_after: { kind: 'error', when: 'after' },
  rate_limited: { kind: 'rate_limit', retry_after_s: 1 },
  forbidden: { kind: 'error', status: 403 },
  hang: { kind: 'slow_answer', ms: requestTimeoutMs + 300 },
}

/** Where a create goes, where that is not `/v2/<type>s`. A machine is copied by an action, a volume by a post. */
const createPath: Partial<Record<string, string>> = {
  machine: '/v2/droplets',
  ssh_key: '/v2/account/keys',
  snapshot: '/v2/*s/*',
  dns_record: '/v2/domains/*/records',
}
