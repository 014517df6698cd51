import { Agent, type Dispatcher } from 'undici'

/** A request as it leaves. */
export interface Outgoing {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

export type HeadersSeen = Pick<Headers, 'get' | 'has'>

/** An answer with its whole body. */
export interface Incoming {
  status: number
  headers: HeadersSeen
  body: string
}

export interface Leash {
  /** Hard limit, from connecting to the last byte of the answer. */
  timeoutMs: number
  signal?: AbortSignal | undefined
}

/**
 * Sends one request, once, and follows no redirection.
 * @throws the signal's reason when that fires; a `TimeoutError` when time is up
 */
export type Send = (outgoing: Outgoing, leash: Leash) => Promise<Incoming>

/** Connections are kept for a while and shared by all accounts: a request carries its own token. */
const agent = new Agent({ keepAliveTimeout: 10_000 })

/** Below undici's `request`, whose body is a stream: answers are small and wanted whole, and a thousand are on their way. */
export const overHttp: Send = ({ url, method, headers, body }, { timeoutMs, signal }) => {
  if (signal?.aborted) return Promise.reject(signal.reason)
  const { promise, resolve, reject } = Promise.withResolvers<Incoming>()
  const { origin, pathname, search } = new URL(url)
  let exchange: Dispatcher.DispatchController | undefined
  let left: Error | undefined

  const over = () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
  const leave = (reason: Error) => {
    over()
    left = reason
    exchange?.abort(reason)
    reject(reason)
  }
  const onAbort = () => leave(signal?.reason)
  const timer = setTimeout(() => leave(timeout(timeoutMs)), timeoutMs)
  signal?.addEventListener('abort', onAbort, { once: true })

  let status = 0
  let seen: Parameters<typeof headersSeen>[0] = {}
  const pieces: Buffer[] = []
  agent.dispatch(
    { origin, path: pathname + search, method: method as Dispatcher.HttpMethod, headers, body: body ?? null },
    {
      onRequestStart(controller) {
        exchange = controller
        // Left while it waited for a connection: then it is not written at all.
        if (left) controller.abort(left)
      },
      onResponseStart(_, statusCode, answered) {
        status = statusCode
        seen = answered
      },
      onResponseData: (_, piece) => void pieces.push(piece),
      onResponseEnd() {
        over()
        resolve({ status, headers: headersSeen(seen), body: Buffer.concat(pieces).toString() })
      },
      onResponseError(_, error) {
        over()
        reject(error)
      },
    },
  )
  return promise
}

const timeout = (ms: number) => new DOMException(`no whole answer within ${ms} ms`, 'TimeoutError')

function headersSeen(headers: Record<string, string | string[] | undefined>): HeadersSeen {
  return {
    get: (name) => headers[name.toLowerCase()]?.toString() ?? null,
    has: (name) => headers[name.toLowerCase()] !== undefined,
  }
}
