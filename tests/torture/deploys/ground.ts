import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { deploys } from '@atlas/client'
import { type RunningPostgres, startPostgres } from '@atlas/postgres'
import { patiently } from '../../deploys/patiently.ts'
import type { Balancer, Platform } from '../../deploys/project.ts'
import { type Machines, type Stage, stage } from '../../deploys/stage.ts'
import { type Crew, crew } from '../crew.ts'
import type { World } from '../world.ts'
import type { DeployWorkerGiven } from './worker.ts'

/** A server that only answers, the machines of a small fleet, and a crew of workers to be killed. */
export interface Ground extends Pick<Stage, 'client' | 'project'>, Machines {
  platform: Platform
  crew: Crew
  world: Pick<World, 'database'>
  close(): Promise<void>
}

export async function ground(platform: Platform, balancer: Balancer): Promise<Ground> {
  const dataDir = mkdtempSync(join(tmpdir(), 'atlas-torture-'))
  // The account that runs PostgreSQL has to reach its folder.
  chmodSync(dataDir, 0o711)
  let database: RunningPostgres = await startPostgres({ dataDir: join(dataDir, 'postgres') })
  const { url, port } = database
  const here = await stage({ workers: 0, env: { DATABASE_URL: url }, platform, balancer })
  const { sandbox } = here.server
  const given: DeployWorkerGiven = { database: url, cloud: sandbox, dataDir: here.dataDir }
  const workers = crew('deploys/worker.ts', given)
  await workers.ready()
  return {
    ...here,
    platform,
    ...(await here.machines(2)),
    crew: workers,
    world: {
      database: {
        url,
        // Its supervisor starts it again.
        kill: () => void process.kill(database.pid, 'SIGKILL'),
        async away(ms) {
          await database.stop()
          await sleep(ms)
          database = await startPostgres({ dataDir: join(dataDir, 'postgres'), port })
        },
      },
    },
    async close() {
      await workers.end()
      await here.close()
      await database.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** The environment that everything happens to. */
export const environment = 'uat'

/** What is on record of it. */
export async function serving({ client, project }: Ground) {
  const all = await patiently(() => deploys(client.api).environments())
  return all.find((one) => one.project === project.name && one.environment === environment)
}

/** What the environment's services say where they answer. */
export async function urlsOf({ client, project }: Ground): Promise<string[]> {
  const { services } = await patiently(() => deploys(client.api).services(project.name, environment))
  return services.map(({ url }) => url!)
}

/** Machines that services run on, as many as there are now. */
export async function websOf({ client }: Ground): Promise<string[]> {
  const { resources } = await patiently(() => client.infrastructure('fleet'))
  return resources.flatMap(({ type, name }) => (type === 'machine' && name !== 'master' ? [name] : []))
}
