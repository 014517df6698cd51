/**
 * Lets writers who come while a commit is on its way share the next one: at 50 parallel steps one fsync carries dozens
 * of writes. One batch is under way at a time, so nobody waits for more than two.
 * @param flush commits a batch; answers in its order
 * @returns writes one; `patienceMs`: so long it may wait for somebody whose commit it can share
 */
export function groupCommit<Item, Answer>(
  flush: (batch: Item[]) => Promise<Answer[]>,
  limit = 500,
): (item: Item, patienceMs?: number) => Promise<Answer> {
  let waiting: { item: Item; resolve(answer: Answer): void; reject(error: unknown): void }[] = []
  let busy = false

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
    }
    busy = false
  }

  return (item, patienceMs = 0) => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    waiting.push({ item, resolve, reject })
    if (patienceMs > 0) setTimeout(pump, patienceMs)
    else void pump()
    return promise
  }
}
