import type { Plan } from '@atlas/core'
import { forgetTree, type Owner, type ReceivedTree, receivedTrees } from '@atlas/deploy'
import type { EnvironmentRecord, Store } from '@atlas/store'
import type { Logger } from '../logging.ts'
import { startEvery, type Upkeep } from '../upkeep.ts'

interface Parts {
  store: Pick<Store, 'deploys' | 'planOf'>
  /** With the mirrors. */
  folder: string
}

const hourMs = 3_600_000

/** What was sent is to be planned, approved and waited for; after that an environment keeps it, or nobody does. */
const graceMs = 7 * 24 * hourMs

/** Takes away working trees that were sent and are no longer of use, at the start and every hour. */
export const startForgettingTrees = (parts: Parts, log: Logger): Upkeep =>
  startEvery(hourMs, async () => {
    try {
      const trees = await forgetUnneeded(parts, new Date())
      if (trees > 0) log.info({ trees }, 'working trees that no environment keeps were taken away')
    } catch (err) {
      log.warn({ err }, 'working trees could not be looked over')
    }
  })

/** @returns how many were taken away */
export async function forgetUnneeded({ store, folder }: Parts, now: Date): Promise<number> {
  const old = (await receivedTrees(folder)).filter(({ at }) => now.getTime() - at.getTime() > graceMs)
  let gone = 0
  for (const [, trees] of Map.groupBy(old, ({ workspace, project }) => `${workspace}/${project}`)) {
    const needed = await neededOf(store, trees[0]!)
    for (const tree of needed === 'all' ? [] : trees.filter(({ commit }) => !isNeeded(needed, commit))) {
      await forgetTree(tree)
      gone += 1
    }
  }
  return gone
}

const isNeeded = (needed: ReadonlySet<string>, commit: ReceivedTree['commit']) =>
  commit !== undefined && needed.has(commit)

/** Commits that an environment of the project runs or can go back to; all, while one is being changed. */
async function neededOf(store: Parts['store'], { workspace, project }: Owner): Promise<ReadonlySet<string> | 'all'> {
  const own = (await store.deploys.environments(workspace)).filter((one) => one.project === project)
  if (own.some(({ changing }) => changing)) return 'all'
  const kept = own.map(async (environment) => {
    const decided = decidedBy(environment)
    const plan = decided && (await store.planOf(workspace, decided.id)).plan
    const tags = keptBy(environment, plan)
    return environment.served.filter(({ release }) => tags.has(release.tag)).map(({ release }) => release.commit)
  })
  return new Set((await Promise.all(kept)).flat())
}

/** The deployment that said last which releases stay. Where machines come and go, those that stay are not its business. */
const decidedBy = ({ served }: EnvironmentRecord) => served.find(({ kind }) => kind !== 'place')

/** Pure: what is served since that deployment, and what its plan leaves on machines. A cluster's leaves all. */
export function keptBy(environment: EnvironmentRecord, plan: Pick<Plan, 'work'> | undefined): ReadonlySet<string> {
  const { served } = environment
  const pruned = (plan?.work ?? []).filter(({ action }) => action === 'prune')
  const all = served.map(({ release }) => release.tag)
  if (pruned.length === 0) return new Set(all)
  const since = all.slice(0, 1 + served.findIndex(({ kind }) => kind !== 'place'))
  return new Set([...since, ...pruned.flatMap(({ specifications }) => specifications.keep as string[])])
}
