import type { Driver, ResourceDriver } from '@atlas/core'

/** One use of a driver: which cloud, what for, and of which type of resource. */
export interface CloudCall {
  provider: string
  verb: 'account' | 'list' | 'get' | 'create' | 'update' | 'remove'
  /** `account` for the account itself. */
  type: string
}

/** Sees a call begin; what it gives back is told of the end, with the error where it failed. */
export type CallWatch = (call: CloudCall) => (error?: unknown) => void

/** The same driver, every call of which is watched. */
export function watchedDriver(driver: Driver, watch: CallWatch): Driver {
  const { provider } = driver
  const types = Object.entries(driver.types).map(([type, one]) => [type, watchedType(one, provider, watch)] as const)
  return {
    ...driver,
    account: (signal) => watched(watch({ provider, verb: 'account', type: 'account' }), () => driver.account(signal)),
    types: Object.fromEntries(types),
  }
}

function watchedType(driver: ResourceDriver, provider: string, watch: CallWatch): ResourceDriver {
  const { type } = driver
  const begin = (verb: CloudCall['verb']) => watch({ provider, verb, type })
  return {
    ...driver,
    list: (query) => watchedPages(begin, driver.list(query)),
    get: (id, signal) => watched(begin('get'), () => driver.get(id, signal)),
    create: (request) => watched(begin('create'), () => driver.create(request)),
    update: (observed, want, context) => watched(begin('update'), () => driver.update(observed, want, context)),
    remove: (observed, context) => watched(begin('remove'), () => driver.remove(observed, context)),
  }
}

async function watched<T>(ended: ReturnType<CallWatch>, call: () => Promise<T>): Promise<T> {
  try {
    const answer = await call()
    ended()
    return answer
  } catch (error) {
    ended(error)
    throw error
  }
}

async function* watchedPages<T>(begin: (verb: 'list') => ReturnType<CallWatch>, pages: AsyncIterable<T>) {
  const ended = begin('list')
  let failure: unknown
  try {
    yield* pages
  } catch (error) {
    failure = error
    throw error
  } finally {
    ended(failure)
  }
}
