import { AtlasError, catalogue, type ErrorCode, type Problem } from '@atlas/core/errors'

/** Where an Atlas server is, and the token that opens it. */
export interface Connection {
  url: string
  token: string
  /** For a token that opens more than one. */
  workspace?: string
  /** How it is asked, where it is not over the network. */
  fetch?: (request: globalThis.Request, init?: { signal: AbortSignal }) => Promise<Response>
}

export interface Asking {
  /** `undefined` members are left out; a list becomes a repeated parameter. */
  query?: Record<string, string | number | boolean | readonly string[] | undefined>
  headers?: Record<string, string>
  signal?: AbortSignal
  /** A status that is an answer here, though it is none elsewhere. */
  alsoGood?: number
}

/** What every request says of who asks. */
export const headersOf = ({ token, workspace }: Connection): Record<string, string> => ({
  authorization: `Bearer ${token}`,
  ...(workspace && { 'atlas-workspace': workspace }),
})

/**
 * Gets what is more than a document: a stream, lines, a status of its own.
 * @throws AtlasError the server's problem by its code; `server_unreachable` when nobody answers
 */
export async function get(connection: Connection, path: string, asking: Asking = {}): Promise<Response> {
  const { url, fetch: through = fetch } = connection
  const { query = {}, headers, signal, alsoGood } = asking
  const request = () => new Request(address(url, path, query), { headers: { ...headersOf(connection), ...headers } })
  // Beside the request, not in it: one that is collected meanwhile passes no signal on, and a stream would never end.
  return answered(url, signal, () => through(request(), signal && { signal }), alsoGood)
}

/** Sends what is no JSON, with its length. @throws AtlasError as `get` does */
export async function send(connection: Connection, path: string, body: Blob, asking: Asking = {}): Promise<Response> {
  const { url, fetch: through = fetch } = connection
  const { query = {}, headers, signal } = asking
  const more = { method: 'POST', body, headers: { ...headersOf(connection), ...headers } }
  return answered(url, signal, () => through(new Request(address(url, path, query), more), signal && { signal }))
}

/** @throws AtlasError as `get` does; the signal's reason when it fired */
export async function answered(
  url: string,
  signal: AbortSignal | undefined,
  ask: () => Promise<Response>,
  alsoGood?: number,
): Promise<Response> {
  const answer = await ask().catch((cause) => {
    if (signal?.aborted) throw cause
    throw unreachable(url, cause)
  })
  if (!answer.ok && answer.status !== alsoGood) throw await refusal(answer, url)
  return answer
}

function address(base: string, path: string, query: NonNullable<Asking['query']>): URL {
  const url = new URL(`${base.replace(/\/+$/, '')}/api/v1${path}`)
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) url.searchParams.append(name, String(one))
    }
  }
  return url
}

/** @throws AtlasError as `get` does */
export async function getJson<Answer>(connection: Connection, path: string, asking?: Asking): Promise<Answer> {
  const answer = await get(connection, path, asking)
  return (await answer.json().catch((cause) => {
    throw unreachable(connection.url, cause)
  })) as Answer
}

export function unreachable(url: string, cause: unknown): AtlasError {
  const reason = ((cause as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? (cause as Error).message
  return new AtlasError('server_unreachable', `No Atlas server answers at ${url} (${reason})`, {
    cause,
    hint: 'atlas dev starts one here; ATLAS_URL and ATLAS_TOKEN name another',
  })
}

/** A problem document becomes the AtlasError that it was. An answer that is none did not come from Atlas. */
async function refusal(answer: Response, url: string): Promise<AtlasError> {
  const problem = (await answer.json().catch(() => ({}))) as {
    code?: string
    detail?: string
    hint?: string
    problems?: Problem[]
  }
  if (problem.code === undefined || !Object.hasOwn(catalogue, problem.code)) {
    return unreachable(url, new Error(`HTTP ${answer.status} without a problem that Atlas knows`))
  }
  const wait = Number(answer.headers.get('retry-after') ?? Number.NaN)
  return new AtlasError(problem.code as ErrorCode, problem.detail ?? '', {
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
    ...(problem.problems === undefined ? {} : { problems: problem.problems }),
    ...(Number.isFinite(wait) ? { retryAfterMs: wait * 1000 } : {}),
  })
}
