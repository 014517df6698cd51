import { setTimeout as wait } from 'node:timers/promises'

/**
 * Reads again every 25 ms until `done`: third-party clients have no events to wait for.
 * @throws Error after 20 s, with the last answer
 */
export async function until<T>(read: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
  const deadline = performance.now() + 20_000
  for (;;) {
    const value = await read()
    if (done(value)) return value
    if (performance.now() > deadline) throw new Error(`not so after 20 s: ${JSON.stringify(value)}`)
    await wait(25)
  }
}
