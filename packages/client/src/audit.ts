import { type Connection, get } from './http.ts'
import type { AuditRecord } from './types.ts'

/** The audit from its first record on, as it comes. `everything`: of all workspaces, for the server's own token. */
export async function* exportAudit(
  connection: Connection,
  { everything = false }: { everything?: boolean } = {},
): AsyncGenerator<AuditRecord> {
  const answer = await get(connection, '/audit/export', { query: { everything } })
  let rest = ''
  for await (const piece of answer.body!.pipeThrough(
    new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>,
  )) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop()!
    for (const line of lines) yield JSON.parse(line) as AuditRecord
  }
}
