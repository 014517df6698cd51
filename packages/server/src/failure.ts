import { AtlasError, catalogue, type ErrorCode, isAtlasError } from '@atlas/core'
import { PostgresError, type PostgresErrorCode } from '@atlas/postgres'

const ofPostgres: Partial<Record<PostgresErrorCode, ErrorCode>> = {
  folder_busy: 'data_folder_busy',
  disk_full: 'disk_full',
  read_only: 'config_invalid',
}

const otherFolder = 'choose a folder that this account may write: --data-dir DIR'

/** What a failed system call of the start means for the person who typed it. */
const ofSystem: Record<string, { code: ErrorCode; hint: string }> = {
  ENOSPC: { code: 'disk_full', hint: 'free some space' },
  EDQUOT: { code: 'disk_full', hint: 'free some space' },
  EADDRINUSE: { code: 'config_invalid', hint: 'choose another port with --port, or 0 for a free one' },
  EACCES: { code: 'config_invalid', hint: otherFolder },
  EPERM: { code: 'config_invalid', hint: otherFolder },
  EROFS: { code: 'config_invalid', hint: otherFolder },
  EEXIST: { code: 'config_invalid', hint: 'it is a file: choose a folder with --data-dir' },
  ENOTDIR: { code: 'config_invalid', hint: 'a part of the path is a file: choose a folder with --data-dir' },
}

/** Why a server could not start, in Atlas's words. What nobody foresaw is passed on as it is. */
export function inOurWords(error: unknown): unknown {
  if (error instanceof PostgresError) {
    const { code, message, hint } = error
    return new AtlasError(ofPostgres[code] ?? 'database_unavailable', message, { cause: error, ...(hint && { hint }) })
  }
  const known = ofSystem[(error as NodeJS.ErrnoException).code ?? '']
  if (known) return new AtlasError(known.code, (error as Error).message, { cause: error, hint: known.hint })
  return error
}

/** A failure for the program that started us: one document, and the exit code of the catalogue. */
export function failureOf(cause: unknown) {
  const named = inOurWords(cause)
  const known = isAtlasError(named) ? named : new AtlasError('internal', String(named), { cause: named })
  const { code, message, hint, problems } = known
  return { error: { code, message, hint, problems }, exit: catalogue[code].exit }
}
