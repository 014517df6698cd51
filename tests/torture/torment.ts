import { setTimeout as sleep } from 'node:timers/promises'
import type { Crew } from './crew.ts'
import type { Trouble } from './plot.ts'
import type { World } from './world.ts'

/** Troubles under way. */
export interface Torment {
  /** All who stand still go on again and the database is back: what was to happen while the operation ran has happened. */
  calm: Promise<unknown>
  /** Calls off what has not happened, and waits for the rest. */
  end(): Promise<void>
}

/** @param running fires when the operation has ended: what was to disturb it is left out then */
export function torment(
  troubles: readonly Trouble[],
  { crew, world }: { crew: Crew; world: Pick<World, 'database'> },
  running: AbortSignal,
): Torment {
  const over = new AbortController()
  const crashes = troubles.filter((one) => one.kind === 'crash').map((one) => crash(crew, one, over.signal))
  const others = troubles.filter((one) => one.kind !== 'crash').map((one) => disturb(one, crew, world, running))
  return {
    calm: Promise.all(others),
    async end() {
      over.abort()
      await Promise.all([...others, ...crashes])
    },
  }
}

async function crash(crew: Crew, { at, thenMs }: Trouble & { kind: 'crash' }, over: AbortSignal): Promise<void> {
  crew.order({ crashAt: at })
  const died = await crew.next('dies', over)
  crew.order({ crashAt: undefined })
  if (died) await crew.revive(died.pid, thenMs)
}

async function disturb(
  one: Exclude<Trouble, { kind: 'crash' }>,
  crew: Crew,
  world: Pick<World, 'database'>,
  running: AbortSignal,
): Promise<void> {
  if (one.kind === 'freeze-sending') {
    crew.order({ freezeAt: one.nth })
    const frozen = await crew.next('frozen', running)
    crew.order({ freezeAt: undefined })
    if (!frozen) return
    await sleep(one.forMs)
    crew.thawAll()
    return
  }
  await sleep(one.afterMs, undefined, { signal: running }).catch(() => {})
  if (running.aborted) return
  if (one.kind === 'kill') return crew.kill(one.whom, one.thenMs)
  if (one.kind === 'freeze') return crew.freeze(one.forMs)
  if (one.awayMs === 'killed') world.database.kill()
  else await world.database.away(one.awayMs)
}
