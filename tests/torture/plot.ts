import type { Work } from '@atlas/core'
import { type CrashPoint, crashPoints } from '@atlas/engine'
import type { FaultInput } from '@atlas/sandbox'
import { type Dice, dice } from './dice.ts'

/** What is done to the workers or their database while an operation runs. Times in milliseconds. */
export type Trouble =
  /** SIGKILL at a boundary of the journal: `<point>[:n][+ms]`, in whichever worker comes there first. */
  | { kind: 'crash'; at: string; thenMs: number }
  /** SIGKILL while a step of a deploy is carried out, so long after it was begun; those that end sooner are let be. */
  | { kind: 'crash-in'; action: Work['action']; afterMs: number; thenMs: number }
  | { kind: 'kill'; whom: 'runner' | 'other'; afterMs: number; thenMs: number }
  /** SIGSTOP at a random moment, and SIGCONT so much later. */
  | { kind: 'freeze'; afterMs: number; forMs: number }
  /** SIGSTOP between the gate and the first byte of a create: the request leaves when nobody waits for it any more. */
  | { kind: 'freeze-sending'; nth: number; forMs: number }
  /** PostgreSQL is killed with SIGKILL, or stopped in good order for so long. */
  | { kind: 'database'; afterMs: number; awayMs: number | 'killed' }

export interface Act {
  kind: 'apply' | 'change' | 'rollback' | 'destroy'
  /** Cancelled after so long, and then asked for again. */
  cancelMs?: number
  troubles: Trouble[]
}

export interface Plot {
  acts: Act[]
  weather: FaultInput[]
  /** The boundary this run is to die at: over the seeds, every one has its turn. */
  aim: CrashPoint
}

/**
 * Bounds of the sandbox under torture, which the drivers are told. Its lag is set; how late it may be is up to the
 * machine, so these are wide enough for a crowded one. Wider only makes takeovers slower.
 */
export const listLagMs = 500
export const requestTimeoutMs = 1500
export const lateEffectMs = 1000

/** No run imports or releases: tests/real/engine/import-crash.test.ts has those. */
export const aims = crashPoints.filter((point) => !/^(adopt|release)\./.test(point))

/** Pure. Everything that a seed decides beforehand. */
export function plot(seed: number, { withoutSettle }: { withoutSettle: boolean }): Plot {
  const luck = dice(seed * 7919 + 13)
  const aim = aims[seed % aims.length]!
  const kinds: Act['kind'][] = ['apply']
  if (aim.startsWith('update') || luck.chance(0.5)) kinds.push('change')
  if (kinds.length > 1 && luck.chance(0.5)) kinds.push('rollback')
  kinds.push('destroy')

  const aimed = actFor(aim, kinds)
  const acts = kinds.map((kind, n): Act => {
    const cancelled = kind !== 'destroy' && luck.chance(0.15) && n !== aimed
    return {
      kind,
      ...(cancelled && { cancelMs: luck.between(100, 1500) }),
      troubles: [
        ...(n === aimed && !withoutSettle ? aimedAt(aim, luck) : []),
        ...(luck.chance(n === aimed ? 0.4 : 0.6) ? [trouble(luck, withoutSettle)] : []),
      ],
    }
  })
  return { acts, weather: weather(seed, aim), aim }
}

/** The act in which a boundary is passed. */
function actFor(aim: CrashPoint, kinds: readonly Act['kind'][]): number {
  if (aim.startsWith('update')) return kinds.indexOf('change')
  if (aim.startsWith('remove')) return kinds.indexOf('destroy')
  return 0
}

function aimedAt(aim: CrashPoint, luck: Dice): Trouble[] {
  const often = /^(create|remove|step)/.test(aim) ? luck.between(1, 6) : 1
  const inFlight = aim.endsWith('.gated') && luck.chance(0.5) ? `+${luck.between(1, 40)}` : ''
  const crash: Trouble = { kind: 'crash', at: `${aim}:${often}${inFlight}`, thenMs: luck.between(0, 800) }
  // Only a request that was fenced in flight leaves something to doom.
  const doomed = aim === 'sweep.doomed' || aim === 'sweep.removed'
  return doomed ? [{ kind: 'freeze-sending', nth: luck.between(1, 3), forMs: 11_000 }, crash] : [crash]
}

function trouble(luck: Dice, withoutSettle: boolean): Trouble {
  const afterMs = luck.between(50, 1500)
  const kind = luck.pick(['kill', 'kill', 'kill', 'freeze', 'freeze-sending', 'database'] as const)
  // What a stopped worker sends late is made twice however well is settled: the negative control does without.
  if (kind === 'kill' || (withoutSettle && kind.startsWith('freeze'))) {
    const whom = luck.chance(0.8) ? 'runner' : 'other'
    return { kind: 'kill', whom, afterMs, thenMs: luck.between(0, 800) }
  }
  if (kind === 'freeze') return { kind, afterMs, forMs: luck.between(500, 5500) }
  if (kind === 'freeze-sending') return freezeSending(luck)
  return { kind: 'database', afterMs, awayMs: luck.chance(0.5) ? 'killed' : luck.between(100, 1500) }
}

const freezeSending = (luck: Dice): Trouble => ({
  kind: 'freeze-sending',
  nth: luck.between(1, 6),
  forMs: luck.between(5000, 9000),
})

/** What the cloud does wrong all the time: it is slow, loses, fails, refuses, and its listings are behind. */
function weather(seed: number, aim: CrashPoint): FaultInput[] {
  const lost = aim.startsWith('settle') ? 0.25 : 0.03
  const chances: FaultInput[] = [
    { kind: 'lost_answer', method: 'POST', probability: lost },
    { kind: 'lost_answer', method: 'DELETE', probability: 0.03 },
    { kind: 'lost_request', probability: 0.01 },
    { kind: 'slow_answer', ms: requestTimeoutMs + 200, probability: 0.01 },
    { kind: 'error', status: 500, when: 'before', probability: 0.015 },
    { kind: 'error', status: 500, when: 'after', probability: 0.015 },
    { kind: 'rate_limit', probability: 0.01 },
    { kind: 'latency', ms: 15, probability: 0.5 },
    { kind: 'latency', ms: 15, probability: 0.5 },
  ]
  return [
    { kind: 'latency', ms: 20 },
    { kind: 'list_lag', ms: listLagMs },
    ...chances.map((one, n) => ({ ...one, seed: seed * 100 + n })),
  ]
}
