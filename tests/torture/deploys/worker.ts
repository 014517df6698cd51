import type { Secrets } from '@atlas/deploy'
import { digitalOceanDriver } from '@atlas/driver-digitalocean'
import { openDeploying, sandboxSsh } from '@atlas/server'
import { runWorker } from '../../killable-worker.ts'
import { obey, openWork } from '../orders.ts'

/** A worker as a process, to be killed, that makes machines and carries out deploys. */
export interface DeployWorkerGiven {
  database: string
  cloud: { url: string; token: string }
  /** Of the server: its key of the machines, its mirrors. */
  dataDir: string
}

const { database, cloud, dataDir } = JSON.parse(process.argv[2]!) as DeployWorkerGiven
const { at, within } = obey()
const opened = await openWork(database)
/** The services here have none. */
const secrets: Secrets = { find: async () => new Map(), former: async () => [] }
const sealer = {
  open: (): string => {
    throw new Error('nothing is sealed here')
  },
}
const { performer } = openDeploying({
  store: opened.store,
  credentials: { sealer, learn: () => {} },
  dataDir,
  ssh: sandboxSsh(cloud),
  secrets,
  env: {},
})
const limiter = opened.store.rateLimiter('torture', { perMinute: 1_000_000, perHour: 10_000_000 })
runWorker({
  ...opened,
  driver: digitalOceanDriver({ ...cloud, baseUrl: cloud.url, limiter }),
  performer: { perform: (task) => within(task.work.action, () => performer.perform(task)) },
  withoutSettle: false,
  patienceMs: 60_000,
  at,
})
