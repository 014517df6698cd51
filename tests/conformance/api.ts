import { setTimeout as sleep } from 'node:timers/promises'
import { overHttp, type Send } from '@atlas/driver-digitalocean'
import type { Request as Asked, Contract, JsonValue } from '../contract/index.ts'

export interface Tally {
  /** Ids of the operations that were answered. */
  operations: Set<string>
  checked: number
  violations: string[]
}

interface Options {
  body?: JsonValue
  /** The request is wrong on purpose, to see the error: it is not held against the document. */
  wrong?: boolean
  headers?: Record<string, string>
}

/** Talks to the sandbox and holds every request and every answer against the contract. */
export interface Api {
  call<T>(method: string, path: string, expected: number, options?: Options): Promise<T>
  get<T>(path: string, expected?: number): Promise<T>
  post<T>(path: string, body: JsonValue, expected: number): Promise<T>
  put<T>(path: string, body: JsonValue, expected: number): Promise<T>
  patch<T>(path: string, body: JsonValue, expected: number): Promise<T>
  remove(path: string, expected?: number): Promise<void>
  /** A request that is wrong on purpose. */
  refused(method: string, path: string, expected: number, body?: JsonValue): Promise<void>
  /** Asks again until the answer is as wished. */
  until<T>(path: string, wished: (answer: T) => boolean): Promise<T>
}

export function checkedApi(url: string, token: string, contract: Contract, tally: Tally): Api {
  async function call<T>(method: string, path: string, expected: number, options: Options = {}): Promise<T> {
    const { body, wrong = false, headers = {} } = options
    const sent = {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }
    const response = await fetch(new URL(path, url), sent)
    const text = await response.text()
    const answered = response.status === expected
    if (!answered)
      tally.violations.push(`${method} ${path}: ${response.status}, expected ${expected}: ${text.slice(0, 300)}`)
    hold({ method, url: path, body }, response, text, { contract, tally, wrong, counts: answered })
    return parsed(response, text) as T
  }

  return {
    call,
    get: (path, expected = 200) => call('GET', path, expected),
    post: (path, body, expected) => call('POST', path, expected, { body }),
    put: (path, body, expected) => call('PUT', path, expected, { body }),
    patch: (path, body, expected) => call('PATCH', path, expected, { body }),
    remove: (path, expected = 204) => call('DELETE', path, expected),
    refused: (method, path, expected, body) =>
      call(method, path, expected, { wrong: true, ...(body !== undefined && { body }) }),
    async until(path, wished) {
      for (let tries = 0; ; tries++) {
        const answer = await call<never>('GET', path, 200)
        if (wished(answer)) return answer
        if (tries === 300 || answer === undefined)
          throw new Error(`${path} did not become as expected: ${JSON.stringify(answer)}`)
        await sleep(10)
      }
    },
  }
}

/** How a driver sends whose every exchange is held against the contract too. */
export function checkedSend(contract: Contract, tally: Tally): Send {
  return async (outgoing, leash) => {
    const { pathname, search } = new URL(outgoing.url)
    const answer = await overHttp(outgoing, leash)
    const body = outgoing.body === undefined ? undefined : (JSON.parse(outgoing.body) as JsonValue)
    const asked = { method: outgoing.method, url: pathname + search, body }
    hold(asked, answer, answer.body, { contract, tally, counts: true })
    return answer
  }
}

interface Held {
  contract: Contract
  tally: Tally
  wrong?: boolean
  /** Whether the operation counts as answered. */
  counts: boolean
}

interface Seen {
  status: number
  headers: Pick<Headers, 'get' | 'has'>
}

function hold(request: Asked, response: Seen, text: string, { contract, tally, wrong = false, counts }: Held): void {
  const answer = { status: response.status, contentType: contentTypeOf(response), body: parsed(response, text) }
  const found = [
    ...(wrong ? [] : contract.request(request).map((problem) => `request: ${problem}`)),
    ...contract.response(request, answer),
    ...headersMissing(response.headers),
  ]
  tally.checked += 1
  tally.violations.push(...found.map((problem) => `${request.method} ${request.url} (${response.status}): ${problem}`))
  const operation = contract.operation(request)
  if (operation && counts) tally.operations.add(operation.id)
}

const contentTypeOf = (response: Pick<Seen, 'headers'>): string =>
  response.headers.get('content-type')?.split(';')[0] ?? ''

function parsed(response: Seen, text: string): JsonValue | undefined {
  const json = contentTypeOf(response) === 'application/json' && text !== ''
  return json ? (JSON.parse(text) as JsonValue) : text || undefined
}

/** Every answer of the cloud tells the rate limit and names its request. */
function headersMissing(headers: Seen['headers']): string[] {
  const names = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'x-request-id']
  return names.filter((name) => !headers.has(name)).map((name) => `no header ${name}`)
}
