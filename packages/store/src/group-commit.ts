/** So many in one batch say that writers work side by side: more of them will come in a moment. */
const company = 4
/** Enough for a commit of their own. */
const crowd = 16

export interface GroupOptions {
  /** In one batch. */
  limit?: number
  /** How long the next batch waits for company after one that several shared. Whoever writes alone never waits. */
  companyMs?: number
}

/**
 * Lets writers who come while a commit is on its way share the next one: at 50 parallel steps one fsync carries dozens
 * of writes. One batch is under way at a time, so nobody waits for more than two, and for company between them.
 * @param flush commits a batch; answers in its order
 * @returns writes one; `patienceMs`: so long it may wait for somebody whose commit it can share
 */
export function groupCommit<Item, Answer>(
  flush: (batch: Item[]) => Promise<Answer[]>,
  { limit = 500, companyMs = 0 }: GroupOptions = {},
): (item: Item, patienceMs?: number) => Promise<Answer> {
  let waiting: { item: Item; resolve(answer: Answer): void; reject(error: unknown): void }[] = []
  let busy = false
  let crowded = () => {}

  async function pump(): Promise<void> {
    if (busy) return
    busy = true
    // Whatever else is written in this turn of the event loop joins the first batch.
    await undefined
    while (waiting.length > 0) {
      const batch = waiting.slice(0, limit)
      waiting = waiting.slice(limit)
      try {
        const answers = await flush(batch.map((one) => one.item))
        for (const [i, one] of batch.entries()) one.resolve(answers[i]!)
      } catch (error) {
        for (const one of batch) one.reject(error)
      }
      if (companyMs > 0 && batch.length >= company) await others()
    }
    busy = false
  }

  /** Resolves when enough are waiting, or after `companyMs`. */
  async function others(): Promise<void> {
    if (waiting.length >= crowd) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, companyMs)
    crowded = resolve
    await promise
    clearTimeout(timer)
  }

  return (item, patienceMs = 0) => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    waiting.push({ item, resolve, reject })
    if (waiting.length >= crowd) crowded()
    if (patienceMs > 0) setTimeout(pump, patienceMs)
    else void pump()
    return promise
  }
}
