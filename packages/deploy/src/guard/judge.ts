/** What a check of a target has found. */
export type Verdict =
  | { kind: 'well' }
  /** `sure`: nobody listens there, or the machine is gone. Anything else may be a moment's trouble. */
  | { kind: 'wrong'; reason: string; sure: boolean }
  /** Nobody could ask: it says nothing of the target. */
  | { kind: 'unknown' }

export interface Watched {
  service: string
  machine: string
  /** Ejected: it gets no requests. */
  out: boolean
  /** Wrong, or well, so often in a row. */
  bad: number
  good: number
}

export interface Judgement {
  targets: Watched[]
  ejected: { service: string; machine: string; reason: string }[]
  restored: { service: string; machine: string }[]
}

/** So often in a row before it counts, where one answer is not sure. */
const twice = 2

/**
 * Which targets of an environment are to get no requests any more, and which again. The last one of a service stays,
 * whatever it says: no answer is worse than a bad one. Pure.
 */
export function judge(targets: readonly Watched[], verdictOf: (target: Watched) => Verdict): Judgement {
  const ejected: Judgement['ejected'] = []
  const restored: Judgement['restored'] = []
  const left = new Map<string, number>()
  for (const { service, out } of targets) if (!out) left.set(service, (left.get(service) ?? 0) + 1)
  const judged = targets.map((target): Watched => {
    const verdict = verdictOf(target)
    const { service, machine } = target
    if (verdict.kind === 'unknown') return target
    if (verdict.kind === 'well') {
      const good = target.good + 1
      if (!target.out || good < twice) return { ...target, good, bad: 0 }
      restored.push({ service, machine })
      return { ...target, out: false, good, bad: 0 }
    }
    const bad = target.bad + 1
    const isOver = verdict.sure || bad >= twice
    if (target.out || !isOver || left.get(service)! <= 1) return { ...target, bad, good: 0 }
    left.set(service, left.get(service)! - 1)
    ejected.push({ service, machine, reason: verdict.reason })
    return { ...target, out: true, bad, good: 0 }
  })
  return { targets: judged, ejected, restored }
}
