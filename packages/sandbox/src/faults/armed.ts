import type { RequestFault } from './fault.ts'

/** What is done to one request, all matching faults taken together. */
export interface Verdict {
  latencyMs: number
  holdAnswerMs: number
  listLagMs: number
  rateLimit?: { retryAfter: number }
  error?: { status: number; when: 'before' | 'after' }
  drop?: 'before' | 'after'
}

export interface Armed<F> {
  id: number
  fault: F
  /** How often it hit. */
  hits: number
  /** On the monotonic clock; absent: until cleared. */
  until?: number
}

type ArmedRequest = Armed<RequestFault> & { random: () => number }

/** The request faults in force, and the decision what they do to a request. Holds no timers and touches no socket. */
export function requestFaults(now: () => number = () => performance.now()) {
  const armed = new Map<number, ArmedRequest>()

  function drop(each: ArmedRequest): void {
    const spent = each.fault.count !== undefined && each.hits >= each.fault.count
    if (spent || (each.until !== undefined && each.until <= now())) armed.delete(each.id)
  }

  return {
    arm(id: number, fault: RequestFault): Armed<RequestFault> {
      const until = fault.expires_in_ms === undefined ? {} : { until: now() + fault.expires_in_ms }
      const each = { id, fault, hits: 0, random: seeded(fault.seed), ...until }
      armed.set(id, each)
      return each
    },
    list(): Armed<RequestFault>[] {
      for (const each of armed.values()) drop(each)
      return [...armed.values()]
    },
    clear(id?: number): boolean {
      if (id !== undefined) return armed.delete(id)
      armed.clear()
      return true
    },
    judge(method: string, path: string): Verdict {
      const verdict: Verdict = { latencyMs: 0, holdAnswerMs: 0, listLagMs: 0 }
      for (const each of armed.values()) {
        drop(each)
        if (!armed.has(each.id) || !matches(each.fault, method, path)) continue
        if (each.random() >= each.fault.probability) continue
        each.hits += 1
        add(verdict, each.fault)
      }
      return verdict
    },
  }
}

function add(verdict: Verdict, fault: RequestFault): void {
  if (fault.kind === 'latency') verdict.latencyMs += fault.ms
  else if (fault.kind === 'slow_answer') verdict.holdAnswerMs += fault.ms
  else if (fault.kind === 'list_lag') verdict.listLagMs = Math.max(verdict.listLagMs, fault.ms)
  else if (fault.kind === 'rate_limit') verdict.rateLimit = { retryAfter: fault.retry_after_s }
  else if (fault.kind === 'error') verdict.error = { status: fault.status, when: fault.when }
  else verdict.drop = fault.kind === 'lost_request' ? 'before' : 'after'
}

function matches({ method, path }: RequestFault, actualMethod: string, actualPath: string): boolean {
  if (method !== undefined && method !== actualMethod) return false
  const literal = path.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${literal.join('.*')}$`).test(actualPath)
}

/** mulberry32: small, fast, and the same everywhere. From 0 up to, not including, 1. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
