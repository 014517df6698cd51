export type OneAtATime = <T>(key: number | string, task: () => Promise<T>) => Promise<T>

/** Tasks of one key run one after the other, in the order they came; tasks of different keys run side by side. */
export function oneAtATime(): OneAtATime {
  const last = new Map<number | string, Promise<unknown>>()
  return <T>(key: number | string, task: () => Promise<T>): Promise<T> => {
    const mine = (last.get(key) ?? Promise.resolve()).then(task, task)
    const settled = mine.catch(() => {})
    last.set(key, settled)
    settled.then(() => last.get(key) === settled && last.delete(key))
    return mine
  }
}
