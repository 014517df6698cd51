import { setTimeout as sleep } from 'node:timers/promises'
import { AtlasError, isAtlasError } from '@atlas/core'

/** PostgreSQL's classes for a server that cannot be reached or is going down or coming up (Appendix A of its manual). */
const unreachableStates = /^(08...|57P0[1-5]|53300)$/
/** Wrong password, no such user, no such database. */
const refusedStates = /^(28...|3D000)$/
const unreachableSystem = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])
/** A text with NUL in it: as a value, and inside JSON. */
const unstorableStates = new Set(['22021', '22P05'])
/** What node-postgres says when a connection breaks under a query; these have no code. */
const unreachableWords =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout/i
/** Two transactions in each other's way; the one that lost may try again (deadlock, serialization failure, lock timeout). */
const passingStates = /^(40001|40P01|55P03)$/

/** What PostgreSQL's trouble means for a person; other errors unchanged. */
export function explain(error: unknown): unknown {
  if (isAtlasError(error)) return error
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string }
  if (code === '53100' || code === 'ENOSPC') {
    return new AtlasError('disk_full', `PostgreSQL has no room on its disk: ${message}.`, {
      hint: 'Free some space where its data folder is; what was going on goes on by itself.',
      cause: error,
    })
  }
  if (refusedStates.test(code)) {
    return new AtlasError('config_invalid', `PostgreSQL refuses this connection: ${message}.`, {
      hint: 'Look at user, password and database in DATABASE_URL.',
      cause: error,
    })
  }
  if (unstorableStates.has(code)) {
    return new AtlasError('usage', 'The request holds a NUL character, which no text in Atlas may hold.', {
      hint: 'leave out \\u0000 (in an address: %00)',
      cause: error,
    })
  }
  if (unreachableStates.test(code) || unreachableSystem.has(code) || unreachableWords.test(message)) {
    return new AtlasError('database_unavailable', `The database does not answer: ${message || code}.`, {
      hint: 'It is tried again by itself. If it stays away, look at its log, or at DATABASE_URL.',
      cause: error,
    })
  }
  return error
}

/** A reference to a row that is not there, or that is referred to and was to go. */
export const isForeignKeyViolation = (error: unknown): boolean => (error as { code?: string }).code === '23503'

export const mayPass = (error: unknown): boolean =>
  isAtlasError(error, 'database_unavailable') ||
  isAtlasError(error, 'disk_full') ||
  passingStates.test((error as { code?: string } | undefined)?.code ?? '')

/** Does it with errors explained. */
export async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw explain(error)
  }
}

/**
 * Repeats it until the database takes it. For writes whose repetition is harmless, and only for those: the answer to a
 * commit may be what was lost. What a worker may do to the cloud meanwhile is the lease's business.
 */
export async function untilTaken<T>(
  work: () => Promise<T>,
  onTrouble: (error: unknown) => void,
  signal?: AbortSignal,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await explained(work)
    } catch (error) {
      if (!mayPass(error)) throw error
      if (tries === 0) onTrouble(error)
      await sleep(Math.min(2000, 50 * 2 ** Math.min(tries, 10)), undefined, { ...(signal && { signal }) })
    }
  }
}
