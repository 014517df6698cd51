import { setTimeout as sleep } from 'node:timers/promises'
import type { RateLimiter, RateSeen } from '@atlas/core'
import { sql } from 'kysely'
import type { Connection } from '../connection.ts'
import { untilTaken } from '../trouble.ts'

/** DigitalOcean: 5,000 requests an hour, and 250 a minute of them (its API reference, "Rate Limit", 2026-01). */
export interface RateLimits {
  perMinute: number
  perHour: number
}

const digitalOcean: RateLimits = { perMinute: 250, perHour: 5000 }

/** Tokens drawn beyond what is asked for now: fewer round trips, and at most so many lie idle with each worker. */
const spare = 5
/** Idle tokens are given up after this, so that a bucket is not spent by those who stopped asking. */
const idleMs = 2000
const tellEveryMs = 1000

interface Waiting {
  resolve(): void
  gone: boolean
}

/**
 * The token bucket of an account, kept in the database so that all workers draw from the same one. Two windows: a minute
 * and an hour. It follows what the cloud says of itself: its limit, what is left, when to pause.
 */
export function rateLimiter(
  connection: Connection,
  key: string,
  limits: Partial<RateLimits> = {},
  onTrouble: (error: unknown) => void = () => {},
): RateLimiter {
  const limit = { ...digitalOcean, ...limits }
  const waiting: Waiting[] = []
  let drawing = false
  let idle = { tokens: 0, until: 0 }
  let told = 0
  let made: Promise<void> | undefined

  async function draw(): Promise<void> {
    if (drawing) return
    drawing = true
    const asked = Object.keys(limits).length > 0
    made ??= untilTaken(() => ensure(connection, key, limit, asked), onTrouble)
    await made
    while (waiting.length > 0) {
      const drawn = await untilTaken(() => take(connection, key, waiting.length + spare), onTrouble)
      let left = drawn.granted
      while (left > 0 && waiting.length > 0) {
        const next = waiting.shift()!
        if (next.gone) continue
        next.resolve()
        left -= 1
      }
      idle = { tokens: left, until: Date.now() + idleMs }
      if (drawn.granted === 0) await sleep(drawn.waitMs)
    }
    drawing = false
  }

  return {
    async take(signal) {
      signal?.throwIfAborted()
      if (idle.tokens > 0 && Date.now() < idle.until) {
        idle.tokens -= 1
        return
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const mine: Waiting = { resolve, gone: false }
      const leave = () => {
        mine.gone = true
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', leave, { once: true })
      waiting.push(mine)
      draw().catch(onTrouble)
      await promise.finally(() => signal?.removeEventListener('abort', leave))
    },
    observed(seen) {
      const paused = seen.pauseMs !== undefined || seen.remaining === 0
      if (paused) idle.tokens = 0
      if (!paused && Date.now() - told < tellEveryMs) return
      told = Date.now()
      follow(connection, key, limit, seen).catch(onTrouble)
    },
  }
}

async function take({ db }: Connection, key: string, wanted: number) {
  const { rows } = await sql<{ granted: number; wait_ms: number }>`
    with now as materialized (
      select *, extract(epoch from clock_timestamp() - refilled_at) as seconds
      from rate_bucket where key = ${key} for update
    ),
    refilled as (
      select key, per_minute, per_hour, greatest(0, extract(epoch from paused_until - clock_timestamp())) as paused,
        least(per_minute, minute_tokens + seconds * per_minute / 60) as minute,
        least(per_hour, hour_tokens + seconds * per_hour / 3600) as hour
      from now
    ),
    drawn as (
      select *, case when paused > 0 then 0 else floor(least(minute, hour, ${wanted}::float8)) end as granted from refilled
    )
    update rate_bucket b
    set minute_tokens = d.minute - d.granted, hour_tokens = d.hour - d.granted, refilled_at = clock_timestamp()
    from drawn d where b.key = d.key
    returning d.granted::int,
      (1000 * greatest(d.paused, (1 - d.minute) * 60 / d.per_minute, (1 - d.hour) * 3600 / d.per_hour, 0.01))::int
        as wait_ms`.execute(db)
  const { granted, wait_ms } = rows[0]!
  return { granted, waitMs: Math.min(wait_ms, 60_000) }
}

/** Makes the bucket, full; sets its limits where they were asked for by name. */
async function ensure({ db }: Connection, key: string, limit: RateLimits, asked: boolean): Promise<void> {
  const { perMinute, perHour } = limit
  await sql`
    insert into rate_bucket (key, per_minute, per_hour, minute_tokens, hour_tokens)
    values (${key}, ${perMinute}, ${perHour}, ${perMinute}, ${perHour})
    on conflict (key) do update set per_minute = excluded.per_minute, per_hour = excluded.per_hour
    where ${asked}`.execute(db)
}

/** Never raises what is left: others may have asked since the cloud counted. */
async function follow({ db }: Connection, key: string, limit: RateLimits, seen: RateSeen): Promise<void> {
  const perHour = seen.limit ?? limit.perHour
  const share = limit.perMinute / limit.perHour
  const untilReset = seen.remaining === 0 && seen.resetAt !== undefined ? Math.max(0, seen.resetAt - Date.now()) : 0
  const pauseMs = Math.min(3_600_000, seen.pauseMs ?? untilReset)
  await sql`
    update rate_bucket
    set per_hour = ${perHour}::float8, per_minute = ${perHour * share}::float8,
      hour_tokens = least(hour_tokens, ${seen.remaining ?? null}::float8),
      paused_until = greatest(paused_until, clock_timestamp() + ${pauseMs} * interval '1 ms')
    where key = ${key}`.execute(db)
}
