import { request } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { HealthCheck } from '../config/schema.ts'

/** How to reach what is probed, anew for each try. */
export type Open = () => Promise<Duplex>

/** Asks until it answers well; `undefined` then, else what was wrong with the last try. */
export async function probe(open: Open, check: HealthCheck, signal: AbortSignal): Promise<string | undefined> {
  for (let tries = 0; ; tries++) {
    const wrong = await tryOnce(open, check, signal)
    signal.throwIfAborted()
    if (wrong === undefined || tries >= check.retries) return wrong
    await pause(check.interval_s * 1000, undefined, { signal })
  }
}

/** Asks once; `undefined` where it answers well, else what was wrong. */
export async function tryOnce(
  open: Open,
  { path, timeout_s }: HealthCheck,
  signal: AbortSignal,
): Promise<string | undefined> {
  const timeout = AbortSignal.timeout(timeout_s * 1000)
  try {
    const both = AbortSignal.any([timeout, signal])
    const status = await statusOf(await opened(open, both), path, both)
    return status >= 200 && status < 400 ? undefined : `it answered ${status}`
  } catch (error) {
    return timeout.aborted ? `it did not answer within ${timeout_s} s` : (error as Error).message
  }
}

/** A machine that is gone answers no attempt to connect, and whoever connects waits for minutes. */
export async function opened(open: Open, signal: AbortSignal): Promise<Duplex> {
  signal.throwIfAborted()
  const connecting = open()
  const { promise, reject } = Promise.withResolvers<never>()
  const giveUp = () => {
    reject(signal.reason)
    connecting.then((late) => late.destroy()).catch(() => {})
  }
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    return await Promise.race([connecting, promise])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

function statusOf(connection: Duplex, path: string, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        path,
        signal,
        headers: { host: 'localhost', connection: 'close', 'user-agent': 'Atlas' },
        createConnection: () => connection,
      },
      (answer) => {
        answer.resume()
        answer.once('end', () => connection.destroy())
        resolve(answer.statusCode ?? 0)
      },
    )
    asked.once('error', (error) => {
      connection.destroy()
      reject(error)
    })
    asked.end()
  })
}
