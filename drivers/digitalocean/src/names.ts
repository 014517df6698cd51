import { isAtlasError } from '@atlas/core'

/**
 * Names in the cloud stand for one life of one resource. So where a create is refused and something bears that name,
 * an earlier attempt of ours made it, and that is the answer.
 */
export async function orEarlier<T>(make: Promise<T>, find: () => Promise<T | undefined>): Promise<T> {
  try {
    return await make
  } catch (error) {
    const before = isAtlasError(error, 'cloud_refused') ? await find() : undefined
    if (before === undefined) throw error
    return before
  }
}

export async function withName<T extends { name?: string }>(all: AsyncIterable<T>, name: string) {
  for await (const one of all) if (one.name === name) return one
  return undefined
}
