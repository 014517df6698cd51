import { type Dice, dice } from '../dice.ts'
import type { Trouble } from '../plot.ts'

/** What happens to one environment, and what goes wrong meanwhile. */
export interface DeployAct {
  /** `broken`: a release that never becomes healthy, so that what serves must stay. */
  kind: 'deploy' | 'broken' | 'rollback'
  cancelMs?: number
  troubles: Trouble[]
}

/** A deploy of two services to two machines passes that many ends of steps, or a few more. */
const steps = 18

/** Pure. Everything that a seed decides. Two of three workers die at a boundary of the journal, which moves on from seed to seed. */
export function deployPlot(seed: number): DeployAct {
  const luck = dice(seed * 6151 + 29)
  const kind = luck.pick(['deploy', 'deploy', 'deploy', 'rollback', 'broken'] as const)
  const cancelled = kind !== 'broken' && luck.chance(0.2)
  return {
    kind,
    ...(cancelled && { cancelMs: luck.between(100, 2500) }),
    troubles: [trouble(seed, luck), ...(luck.chance(0.3) ? [another(luck)] : [])],
  }
}

function trouble(seed: number, luck: Dice): Trouble {
  if (seed % 3 === 2) return another(luck)
  const point = seed % 3 === 0 ? 'work.intent-committed' : 'work.performed'
  const inFlight = point === 'work.intent-committed' && luck.chance(0.6) ? `+${luck.between(1, 200)}` : ''
  return { kind: 'crash', at: `${point}:${luck.between(1, steps)}${inFlight}`, thenMs: luck.between(0, 800) }
}

function another(luck: Dice): Trouble {
  const afterMs = luck.between(50, 4000)
  const kind = luck.pick(['kill', 'kill', 'freeze', 'database'] as const)
  if (kind === 'kill') return { kind, whom: 'runner', afterMs, thenMs: luck.between(0, 800) }
  if (kind === 'freeze') return { kind, afterMs, forMs: luck.between(3000, 14_000) }
  return { kind, afterMs, awayMs: luck.chance(0.5) ? 'killed' : luck.between(100, 1500) }
}
