import { AtlasError, type ResourceType } from '@atlas/core'

/**
 * What can go wrong with one request:
 * `lost_answer` carried out, answer lost · `error_after` carried out, then a 500 · `error_before` a 500, nothing done ·
 * `late_effect` no answer now, carried out `lateEffectMs` later · `hang` never answered, nothing done ·
 * `rate_limited` 429 with Retry-After · `forbidden` 403 · `unauthorized` 401 · `unreachable` nothing was sent.
 */
export const faults = [
  'lost_answer',
  'error_after',
  'error_before',
  'late_effect',
  'hang',
  'rate_limited',
  'forbidden',
  'unauthorized',
  'unreachable',
] as const

export type Fault = (typeof faults)[number]
export type Verb = 'account' | 'list' | 'get' | 'create' | 'update' | 'remove'

/** One request as the cloud saw it, in order: what tests count. */
export interface Call {
  worker: string
  verb: Verb
  type?: ResourceType
  id?: string
}

/** Faults asked for by name; each is used up by the requests it strikes. */
export interface Ordered {
  fault: Fault
  verb?: Verb
  type?: ResourceType
  times: number
}

export interface FaultSource {
  /** The next `times` (1) requests that fit fail in this way. */
  order(fault: Fault, which?: { verb?: Verb; type?: ResourceType; times?: number }): void
  /** What strikes this request: an ordered fault first, else by chance. */
  strike(call: Call): Fault | undefined
  /** A number in [0, 1) from the same seed. */
  random(): number
}

/** Chances are per mutating request (create, update, remove); reading only fails where it was ordered. */
export function faultSource(seed: number, chances: Partial<Record<Fault, number>>): FaultSource {
  const ordered: Ordered[] = []
  const random = mulberry32(seed)
  const mutating = new Set<Verb>(['create', 'update', 'remove'])

  const byOrder = (call: Call) => {
    const found = ordered.find(
      (one) => (one.verb ?? call.verb) === call.verb && (one.type ?? call.type) === call.type && one.times > 0,
    )
    if (found) found.times -= 1
    return found?.fault
  }
  const byChance = () => {
    let ball = random()
    for (const fault of faults) {
      ball -= chances[fault] ?? 0
      if (ball < 0) return fault
    }
    return undefined
  }
  return {
    order: (fault, which = {}) => void ordered.push({ times: 1, ...which, fault }),
    strike: (call) => byOrder(call) ?? (mutating.has(call.verb) ? byChance() : undefined),
    random,
  }
}

/** The error a driver throws for each fault: the same mapping every driver makes from its cloud's answers. */
export function errorOf(fault: Fault, call: Call, retryAfterMs: number): AtlasError {
  const what = [call.verb, call.type, call.id].filter(Boolean).join(' ')
  switch (fault) {
    case 'rate_limited':
      return new AtlasError('cloud_rate_limited', `memory asks to wait ${retryAfterMs} ms before: ${what}`, {
        retryAfterMs,
      })
    case 'forbidden':
      return new AtlasError('cloud_forbidden', `memory forbids: ${what}`)
    case 'unauthorized':
      return new AtlasError('cloud_unauthorized', `memory does not know this credential: ${what}`)
    case 'unreachable':
      return new AtlasError('cloud_unavailable', `memory cannot be reached: ${what}`)
    default:
      return new AtlasError('cloud_unavailable', `memory did not answer (${fault}): ${what}`, { uncertain: true })
  }
}

/** mulberry32 (Tommy Ettinger, 2017; public domain): small, quick, and the same seed gives the same run. */
function mulberry32(seed: number) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
