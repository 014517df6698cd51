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
  const crashes = troubles.filter(isCrash).map((one) => crash(crew, one, over.signal))
  const others = troubles.filter((one) => !isCrash(one)).map((one) => disturb(one, crew, world, running))
  return {
    calm: Promise.all(others),
    async end() {
      over.abort()
      await Promise.all([...others, ...crashes])
    },
  }
}

type Crash = Extract<Trouble, { kind: 'crash' | 'crash-in' }>

const isCrash = (one: Trouble): one is Crash => one.kind === 'crash' || one.kind === 'crash-in'

async function crash(crew: Crew, one: Crash, over: AbortSignal): Promise<void> {
  crew.order(one.kind === 'crash' ? { crashAt: one.at } : { crashIn: one })
  const died = await crew.next('dies', over)
  crew.order(one.kind === 'crash' ? { crashAt: undefined } : { crashIn: undefined })
  if (died) await crew.revive(died.pid, one.thenMs)
}

async function disturb(
  one: Exclude<Trouble, Crash>,
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
