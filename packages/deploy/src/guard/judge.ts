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
  /** It gets requests all the same, being the last of its service. */
  failing: boolean
  /** Wrong, or well, so often in a row. */
  bad: number
  good: number
}

/** What is not as it was. */
export interface News {
  /** `stays`: as the last of its service it gets requests all the same. */
  ejected: { service: string; machine: string; reason: string; stays: boolean }[]
  restored: { service: string; machine: string }[]
}

export interface Judgement extends News {
  targets: Watched[]
}

/** So often in a row before it counts, where one answer is not sure. */
const twice = 2

/**
 * Which targets of an environment are to get no requests any more, and which again. The last one of a service stays,
 * whatever it says: no answer is worse than a bad one. Pure.
 */
export function judge(targets: readonly Watched[], verdictOf: (target: Watched) => Verdict): Judgement {
  const news: News = { ejected: [], restored: [] }
  const left = new Map<string, number>()
  for (const { service, out } of targets) if (!out) left.set(service, (left.get(service) ?? 0) + 1)
  const judged = targets.map((target): Watched => {
    const verdict = verdictOf(target)
    const { service, machine, out, failing } = target
    if (verdict.kind === 'unknown') return target
    if (verdict.kind === 'well') {
      const good = target.good + 1
      if ((!out && !failing) || good < twice) return { ...target, good, bad: 0 }
      news.restored.push({ service, machine })
      return { ...target, out: false, failing: false, good, bad: 0 }
    }
    const bad = target.bad + 1
    const stays = left.get(service)! <= 1
    const isKnown = out || (failing && stays)
    if (isKnown || !(verdict.sure || bad >= twice)) return { ...target, bad, good: 0 }
    if (!stays) left.set(service, left.get(service)! - 1)
    news.ejected.push({ service, machine, reason: verdict.reason, stays })
    return { ...target, out: !stays, failing: stays, bad, good: 0 }
  })
  return { targets: judged, ...news }
}
