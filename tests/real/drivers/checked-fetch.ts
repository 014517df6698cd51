import { findDocument, type JsonValue, openContract } from '../../contract/index.ts'

const document = findDocument()
const contract = document ? openContract(document) : undefined

/** Why nothing is held against the official document, where it is not here. */
export const unchecked = contract ? undefined : 'the official document is not here (ATLAS_SPECS, or ../shared/specs)'

export interface Checked {
  /** For a driver: sends, and holds request and answer against the official document. */
  fetch: typeof fetch
  /** What was wrong, in words, each once. */
  violations: Set<string>
  operations: Set<string>
}

export function checkedFetch(): Checked {
  const [violations, operations] = [new Set<string>(), new Set<string>()]
  const note = (what: string, wrong: readonly string[]) => {
    for (const each of wrong) violations.add(`${what}: ${each}`)
  }
  return {
    violations,
    operations,
    async fetch(input, init) {
      const request = new Request(input as Request, init)
      const { pathname, search } = new URL(request.url)
      const asked = { method: request.method, url: pathname + search }
      const sent = await request.clone().text()
      operations.add(contract?.operation(asked)?.id ?? `${asked.method} ${pathname}`)
      if (contract) note(`${asked.method} ${pathname}`, contract.request({ ...asked, body: parsed(sent) }))
      const answer = await fetch(request)
      const received = await answer.clone().text()
      const contentType = answer.headers.get('content-type')?.split(';')[0] ?? ''
      const given = { status: answer.status, contentType, body: parsed(received) }
      if (contract) note(`${answer.status} to ${asked.method} ${pathname}`, contract.response(asked, given))
      return answer
    },
  }
}

const parsed = (text: string): JsonValue | undefined => (text === '' ? undefined : (JSON.parse(text) as JsonValue))
