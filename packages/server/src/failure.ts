import { AtlasError, type ErrorCode } from '@atlas/core'
import { PostgresError, type PostgresErrorCode } from '@atlas/postgres'

const codes: Partial<Record<PostgresErrorCode, ErrorCode>> = { folder_busy: 'data_folder_busy', disk_full: 'disk_full' }

/** The embedded PostgreSQL's refusals, and the disk's, in Atlas's words. Anything else is passed on as it is. */
export function inOurWords(error: unknown): unknown {
  const hint = (error as { hint?: string }).hint
  if (error instanceof PostgresError) {
    const code = codes[error.code] ?? 'database_unavailable'
    return new AtlasError(code, error.message, { cause: error, ...(hint === undefined ? {} : { hint }) })
  }
  if (['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')) {
    return new AtlasError('disk_full', (error as Error).message, { cause: error, hint: 'free some space' })
  }
  return error
}
