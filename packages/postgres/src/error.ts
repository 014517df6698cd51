export type PostgresErrorCode =
  | 'folder_busy'
  | 'folder_foreign'
  | 'folder_copied'
  | 'folder_damaged'
  | 'folder_unreachable'
  | 'binaries_missing'
  | 'binaries_broken'
  | 'no_os_user'
  | 'port_in_use'
  | 'address_unavailable'
  | 'disk_full'
  | 'read_only'
  | 'version_mismatch'
  | 'memory_left'
  | 'start_failed'

/** What this package throws. `hint` says what to type or do next. */
export class PostgresError extends Error {
  override name = 'PostgresError'
  readonly code: PostgresErrorCode
  readonly hint: string | undefined

  constructor(code: PostgresErrorCode, message: string, more: { hint?: string; cause?: unknown } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.code = code
    this.hint = more.hint
  }
}
