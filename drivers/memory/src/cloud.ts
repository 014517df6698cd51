import { setTimeout as sleep } from 'node:timers/promises'
import { AtlasError, type Bounds, type JsonObject, type ResourceType, type Stamp } from '@atlas/core'
import { type Call, errorOf, type Fault, type FaultSource, faultSource } from './faults.ts'
import { kinds } from './kinds.ts'

/** One resource as the cloud keeps it. Times are `Date.now()` milliseconds. */
export interface MemoryRecord {
  id: string
  type: ResourceType
  name: string
  region: string
  specifications: JsonObject
  stamp: Stamp | undefined
  address: string
  listedFrom: number
  readyAt: number
  /** An update runs until then. */
  busyUntil: number
  removedAt?: number
}

export type NewRecord = Pick<MemoryRecord, 'type' | 'name' | 'region' | 'specifications'> & Partial<MemoryRecord>

export interface MemoryCloudOptions {
  seed?: number
  account?: string
  /** Answer time of every request: a number, or from–to. */
  latencyMs?: number | readonly [number, number]
  /** From creation to ready; an update takes as long, a removal too. */
  readyMs?: number
  listLagMs?: number
  lateEffectMs?: number
  requestTimeoutMs?: number
  /** Chance of each fault per mutating request, such as `{ lost_answer: 0.03 }`. */
  chances?: Partial<Record<Fault, number>>
  retryAfterMs?: number
}

export interface MemoryCloud extends Pick<FaultSource, 'order'> {
  readonly account: string
  readonly bounds: Bounds
  /** Every request received, in order. */
  readonly calls: Call[]
  /** Everything that exists now, whether a listing shows it yet or not. What a test compares with. */
  records(type?: ResourceType): MemoryRecord[]
  /** As a listing shows it now: late with what is new, and late with what is gone. */
  listed(type: ResourceType): MemoryRecord[]
  find(type: ResourceType, id: string): MemoryRecord | undefined
  /** Also how a test plants what is not ours. */
  add(record: NewRecord): MemoryRecord
  change(record: MemoryRecord, specifications: JsonObject): void
  /** Gone after `readyMs`. */
  drop(record: MemoryRecord): void
  /** One round trip: gate, latency, faults, effect. */
  request<T>(call: Call, context: { gate?: () => void; signal?: AbortSignal | undefined }, effect: () => T): Promise<T>
}

/** A cloud in this process: several drivers (workers) may talk to it at once. The same seed gives the same run. */
export function memoryCloud(options: MemoryCloudOptions = {}): MemoryCloud {
  const { readyMs = 0, listLagMs = 0, lateEffectMs = 0, requestTimeoutMs = 1000, retryAfterMs = 10 } = options
  const chance = faultSource(options.seed ?? 1, options.chances ?? {})
  const kept: MemoryRecord[] = []
  const calls: Call[] = []
  let count = 0

  const exists = (record: MemoryRecord) => record.removedAt === undefined || record.removedAt > Date.now()
  const records = (type?: ResourceType) => kept.filter((one) => exists(one) && (type ?? one.type) === one.type)
  const latency = () => {
    const [from, to] = typeof options.latencyMs === 'object' ? options.latencyMs : [options.latencyMs ?? 0, undefined]
    return to === undefined ? from : from + chance.random() * (to - from)
  }

  return {
    account: options.account ?? 'memory:default',
    bounds: { requestTimeoutMs, lateEffectMs, listLagMs },
    calls,
    order: chance.order,
    records,
    find: (type, id) => records(type).find((one) => one.id === id),
    listed(type) {
      const now = Date.now()
      return kept.filter(
        (one) => one.type === type && one.listedFrom <= now && (one.removedAt ?? Infinity) + listLagMs > now,
      )
    },
    add(record) {
      count += 1
      const address = `10.${(count >> 16) & 255}.${(count >> 8) & 255}.${count & 255}`
      const made: MemoryRecord = {
        id: kinds[record.type].idOf?.(record.specifications, address) ?? `${record.type}-${count}`,
        stamp: undefined,
        address,
        listedFrom: Date.now() + listLagMs,
        readyAt: Date.now() + readyMs,
        busyUntil: 0,
        ...record,
      }
      kept.push(made)
      return made
    },
    change(record, specifications) {
      record.specifications = specifications
      record.busyUntil = Date.now() + readyMs
    },
    drop(record) {
      record.removedAt ??= Date.now() + readyMs
    },
    async request(call, { gate, signal }, effect) {
      signal?.throwIfAborted()
      gate?.()
      calls.push(call)
      const fault = chance.strike(call)
      const failure = fault && errorOf(fault, call, retryAfterMs)
      if (fault === 'unreachable') throw failure
      const travel = latency()
      await wait(travel / 2, signal)
      const answer = !fault || fault === 'lost_answer' || fault === 'error_after' ? effect() : undefined
      if (fault === 'late_effect') setTimeout(() => quietly(effect), lateEffectMs)
      await wait(fault === 'hang' ? requestTimeoutMs : travel / 2, signal)
      if (failure) throw failure
      return answer as NonNullable<typeof answer>
    },
  }
}

/** A cloud without latency answers in the same turn: tests of scale take no time. */
async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { ...(signal && { signal }) }).catch(() => signal?.throwIfAborted())
}

/** An effect nobody waits for any more: what it refuses, nobody hears. */
function quietly(effect: () => unknown): void {
  try {
    effect()
  } catch (error) {
    if (!(error instanceof AtlasError)) throw error
  }
}
