/**
 * Lets readers who ask the same while a reading is under way share the next one. An answer is never older than its
 * question: a reading that began before does not count.
 */
export function shared<Answer>(): (key: string, read: () => Promise<Answer>) => Promise<Answer> {
  const underWay = new Map<string, { now: Promise<Answer>; next: Promise<Answer> | undefined }>()

  function begin(key: string, read: () => Promise<Answer>): Promise<Answer> {
    const now = read()
    const turn = { now, next: undefined as Promise<Answer> | undefined }
    underWay.set(key, turn)
    const over = () => {
      if (underWay.get(key) === turn && !turn.next) underWay.delete(key)
    }
    now.then(over, over)
    return now
  }

  return (key, read) => {
    const turn = underWay.get(key)
    if (!turn) return begin(key, read)
    turn.next ??= turn.now.then(
      () => begin(key, read),
      () => begin(key, read),
    )
    return turn.next
  }
}
