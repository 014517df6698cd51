/**
 * Every refusal and failure that Atlas names. A code is stable: programs switch on it, docs/errors.md explains it
 * (a test holds both equal). `status` is the HTTP status the API answers with; `exit` the CLI's exit code.
 */
export const catalogue = {
  spec_invalid: { status: 422, exit: 2, title: 'The description was refused' },
  csv_invalid: { status: 422, exit: 2, title: 'The CSV was refused' },
  config_invalid: { status: 422, exit: 2, title: 'The configuration was refused' },
  usage: { status: 400, exit: 2, title: 'Not understood' },
  consent_required: { status: 409, exit: 3, title: 'Data would be lost and nobody agreed to it' },
  approval_required: { status: 409, exit: 3, title: 'Somebody else has to approve the plan first' },
  plan_stale: { status: 409, exit: 3, title: 'The world has changed since the plan was made' },
  precondition_failed: { status: 412, exit: 3, title: 'The infrastructure has changed since it was read' },
  idempotency_conflict: { status: 422, exit: 2, title: 'The idempotency key belongs to another request' },
  request_running: { status: 409, exit: 3, title: 'The same request is being carried out' },
  operation_running: { status: 409, exit: 3, title: 'Another operation is changing this infrastructure' },
  budget_exceeded: { status: 409, exit: 3, title: 'A budget does not allow it' },
  not_ours: { status: 409, exit: 3, title: 'A resource of that name exists, but Atlas did not make it' },
  account_mismatch: { status: 409, exit: 3, title: 'The infrastructure lives in another cloud account' },
  already_exists: { status: 409, exit: 3, title: 'It exists already' },
  not_empty: { status: 409, exit: 3, title: 'Something is still in it' },
  webhook_refused: { status: 422, exit: 2, title: 'Atlas sends nothing to this address' },
  webhook_off: { status: 409, exit: 3, title: 'The webhook is turned off' },
  too_large: { status: 413, exit: 2, title: 'Too much at once' },
  method_not_allowed: { status: 405, exit: 2, title: 'Nothing at that address does that' },
  not_found: { status: 404, exit: 4, title: 'Not found' },
  events_gone: { status: 410, exit: 4, title: 'The events after that one are not all kept' },
  unauthorized: { status: 401, exit: 5, title: 'No valid token' },
  forbidden: { status: 403, exit: 5, title: 'The role does not allow it' },
  issuer_unavailable: { status: 503, exit: 7, title: 'The issuer of identities cannot be reached' },
  cloud_unauthorized: { status: 502, exit: 5, title: 'The cloud refused the credential' },
  cloud_forbidden: { status: 502, exit: 5, title: 'The credential may not do that' },
  cloud_missing: { status: 502, exit: 1, title: 'The cloud says it does not exist' },
  cloud_refused: { status: 502, exit: 1, title: 'The cloud refused the request' },
  cloud_rate_limited: { status: 503, exit: 1, title: 'The cloud asks to slow down' },
  cloud_unavailable: { status: 503, exit: 1, title: 'The cloud did not answer properly' },
  rate_limited: { status: 429, exit: 1, title: 'The token has asked too often' },
  operation_failed: { status: 500, exit: 1, title: 'The operation failed' },
  operation_cancelled: { status: 409, exit: 6, title: 'The operation was cancelled' },
  fenced: { status: 409, exit: 1, title: 'Another worker has taken this operation over' },
  ports_exhausted: { status: 409, exit: 3, title: 'No port is left for a service' },
  deploy_impossible: { status: 409, exit: 3, title: 'The project cannot be deployed there' },
  source_unavailable: { status: 502, exit: 1, title: 'The repository cannot be read' },
  build_failed: { status: 502, exit: 1, title: 'An image could not be built' },
  reproduction_changed: { status: 409, exit: 3, title: 'A folder is not what was written' },
  registry_refused: { status: 502, exit: 1, title: 'A registry refused an image' },
  registry_unreachable: { status: 502, exit: 1, title: 'A registry does not answer' },
  image_damaged: { status: 502, exit: 1, title: 'An image is not what it should be' },
  machine_unreachable: { status: 502, exit: 1, title: 'A machine does not answer' },
  machine_refused: { status: 502, exit: 1, title: 'A command failed on a machine' },
  release_failed: { status: 502, exit: 1, title: 'The release command of a service failed' },
  cluster_unreachable: { status: 502, exit: 1, title: 'A cluster does not answer' },
  cluster_refused: { status: 502, exit: 1, title: 'A cluster refused a change' },
  certificate_refused: { status: 502, exit: 1, title: 'No certificate was given' },
  unhealthy: { status: 502, exit: 1, title: 'A service did not become healthy' },
  credential_unavailable: { status: 503, exit: 5, title: 'The credential cannot be had right now' },
  secret_missing: { status: 409, exit: 3, title: 'A secret has no value' },
  secret_unavailable: { status: 503, exit: 5, title: 'A source of secrets cannot be asked right now' },
  vault_sealed: { status: 500, exit: 5, title: 'A secret does not open' },
  database_unavailable: { status: 503, exit: 7, title: 'PostgreSQL cannot be reached' },
  disk_full: { status: 507, exit: 7, title: 'The disk is full' },
  data_folder_busy: { status: 409, exit: 7, title: 'The data folder is in use' },
  server_unreachable: { status: 503, exit: 7, title: 'The Atlas server cannot be reached' },
  internal: { status: 500, exit: 1, title: 'Atlas made a mistake' },
} as const satisfies Record<string, { status: number; exit: number; title: string }>

export type ErrorCode = keyof typeof catalogue

export interface Problem {
  /** What was wrong, where: a JSON pointer (`/resources/0/name`) or `file:line:column`. */
  where?: string
  message: string
  found?: string
  expected?: string
  hint?: string
}

/** The one error class. `hint` ends it with what to type next; `problems` lists every finding, not only the first. */
export class AtlasError extends Error {
  override name = 'AtlasError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly problems: readonly Problem[]
  /** Milliseconds the cloud asked us to wait (Retry-After). */
  readonly retryAfterMs: number | undefined
  /** The request may have been carried out all the same (no answer, or a 5xx): settle by reading, never just repeat. */
  readonly uncertain: boolean

  constructor(
    code: ErrorCode,
    message: string,
    more: {
      hint?: string
      problems?: readonly Problem[]
      cause?: unknown
      retryAfterMs?: number
      uncertain?: boolean
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.code = code
    this.hint = more.hint
    this.problems = more.problems ?? []
    this.retryAfterMs = more.retryAfterMs
    this.uncertain = more.uncertain ?? false
  }
}

export const isAtlasError = (error: unknown, code?: ErrorCode): error is AtlasError =>
  error instanceof AtlasError && (code === undefined || error.code === code)
