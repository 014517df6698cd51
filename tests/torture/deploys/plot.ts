import type { Work } from '@atlas/core'
import type { Platform } from '../../deploys/project.ts'
import { type Dice, dice } from '../dice.ts'
import type { Trouble } from '../plot.ts'

/** What happens to one environment, and what goes wrong meanwhile. */
export interface DeployAct {
  /** `broken`: a release that never becomes healthy, so that what serves must stay. `scale`: a machine more, or less. */
  kind: 'deploy' | 'broken' | 'rollback' | 'scale'
  cancelMs?: number
  troubles: Trouble[]
}

/** A deploy of two services to two machines passes that many ends of steps, or a few more. */
const steps = 18

/** Steps that take a while, and so have a middle. */
const long: Record<DeployAct['kind'], readonly Work['action'][]> = {
  deploy: ['build', 'deliver', 'start', 'deliver', 'build', 'switch', 'drain', 'stop'],
  broken: ['build', 'deliver', 'withdraw'],
  rollback: ['start', 'switch', 'stop'],
  scale: ['deliver', 'start', 'stop', 'switch'],
}

/**
 * Pure. Everything that a seed decides. Of four workers two die at a boundary of the journal, which moves on from seed to
 * seed, and one in the middle of a step.
 */
export function deployPlot(seed: number, platform: Platform): DeployAct {
  const luck = dice(seed * 6151 + 29)
  const kind = luck.pick(['deploy', 'deploy', 'deploy', 'rollback', 'broken', 'scale'] as const)
  const cancelled = (kind === 'deploy' || kind === 'rollback') && luck.chance(0.2)
  return {
    kind,
    ...(cancelled && { cancelMs: luck.between(100, 2500) }),
    troubles: [trouble(seed, long[kind].filter(isOf(platform)), luck), ...(luck.chance(0.3) ? [another(luck)] : [])],
  }
}

/** Only images are built. */
const isOf = (platform: Platform) => (action: Work['action']) => action !== 'build' || platform === 'docker'

function trouble(seed: number, middles: readonly Work['action'][], luck: Dice): Trouble {
  const thenMs = luck.between(0, 800)
  if (seed % 4 === 3) return another(luck)
  if (seed % 4 === 2) return { kind: 'crash-in', action: luck.pick(middles), afterMs: luck.between(5, 400), thenMs }
  const point = seed % 4 === 0 ? 'work.intent-committed' : 'work.performed'
  const inFlight = point === 'work.intent-committed' && luck.chance(0.6) ? `+${luck.between(1, 200)}` : ''
  return { kind: 'crash', at: `${point}:${luck.between(1, steps)}${inFlight}`, thenMs }
}

function another(luck: Dice): Trouble {
  const afterMs = luck.between(50, 4000)
  const kind = luck.pick(['kill', 'kill', 'freeze', 'database'] as const)
  if (kind === 'kill') return { kind, whom: 'runner', afterMs, thenMs: luck.between(0, 800) }
  if (kind === 'freeze') return { kind, afterMs, forMs: luck.between(3000, 14_000) }
  return { kind, afterMs, awayMs: luck.chance(0.5) ? 'killed' : luck.between(100, 1500) }
}
