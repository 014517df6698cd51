import { type MemoryCloud, type MemoryCloudOptions, memoryCloud } from '@atlas/driver-memory'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { type TestDatabase, testDatabase } from './database.ts'
import { endProcesses } from './process.ts'
import { serveCloud } from './remote.ts'
import { type Stage, stage } from './stage.ts'

/** What a test begins with: an empty cloud of its own, an infrastructure name of its own, one database for the file. */
export interface Scene extends Stage {
  name: string
  cloud: MemoryCloud
  database: TestDatabase
  /** For workers in processes of their own, which reach the cloud over HTTP. */
  given: object
  /** Names of everything that exists in the cloud. */
  there(): string[]
}

let count = 0

/** Registers the hooks of a test file and gives the function that begins a test. */
export function theatre(): (options?: MemoryCloudOptions) => Promise<Scene> {
  let database: TestDatabase
  const closing: (() => unknown)[] = []

  beforeAll(async () => {
    database = await testDatabase()
  })
  afterEach(async () => {
    endProcesses()
    for (const close of closing.splice(0).reverse()) await close()
  })
  afterAll(() => database.drop())

  return async (options = {}) => {
    const name = `shop${++count}`
    const account = `memory:${process.pid}-${count}`
    const bounds = { listLagMs: 100, lateEffectMs: 50, requestTimeoutMs: 300, readyMs: 30 }
    const cloud = memoryCloud({ ...bounds, ...options, account })
    const served = await serveCloud(cloud)
    const scene = await stage(database.url, cloud)
    closing.push(served.close, scene.close)
    return {
      ...scene,
      name,
      cloud,
      database,
      given: { database: database.url, cloud: served.url, account, bounds: cloud.bounds },
      there: () =>
        cloud
          .records()
          .map((record) => record.name)
          .sort(),
    }
  }
}
