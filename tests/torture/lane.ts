import type { Driver } from '@atlas/core'
import { digitalOceanDriver } from '@atlas/driver-digitalocean'
import { openStore, type Store } from '@atlas/store'
import { patiently } from '../deploys/patiently.ts'
import { type Crew, crew } from './crew.ts'
import { lateEffectMs, listLagMs, requestTimeoutMs } from './plot.ts'
import type { WorkerGiven } from './worker.ts'
import { type World, world } from './world.ts'

/** A world with its crew and our own eyes in it. Runs follow one another in it; lanes run side by side. */
export interface Lane {
  world: World
  crew: Crew
  store: Store
  driver: Driver
  account: string
  close(): Promise<void>
  /** In the middle of a run: every process ends, and what the run still asks for finds nobody. */
  abandon(): Promise<void>
}

export async function lane({ withoutSettle }: { withoutSettle: boolean }): Promise<Lane> {
  const around = await world()
  const bounds = { requestTimeoutMs, lateEffectMs, listLagMs }
  const store = await openStore(around.database.url)
  const driver = digitalOceanDriver({ ...around.cloud, baseUrl: around.cloud.url, bounds })
  const given: WorkerGiven = { database: around.database.url, cloud: around.cloud, bounds, withoutSettle }
  const workers = crew('worker.ts', given)
  const abandon = async () => {
    await workers.end()
    await around.close()
  }
  return {
    world: around,
    crew: workers,
    store,
    driver,
    account: await patiently(() => driver.account()),
    abandon,
    async close() {
      await workers.end()
      await store.close()
      await around.close()
    },
  }
}
