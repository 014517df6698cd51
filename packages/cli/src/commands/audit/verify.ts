import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { type AuditRecord, type AuditVerdict, bodyOf } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'
import { command, text } from '../../command.ts'
import type { Context } from '../../context.ts'
import { showVerdict } from '../../show/audit.ts'

export default command({
  summary: 'Whether the audit is what it was: nothing changed, nothing removed',
  description:
    'Follows the chain of hashes from the first record to the last. It prints the head; noted elsewhere and given as --head later, it also shows a chain that was cut off or made anew by somebody who could write into the database.',
  topic: 'Access',
  inputs: {
    head: text('--head <seq:hash>', 'a head that was noted earlier'),
    file: text('--file <path>', 'verify an export of everything instead of asking the server'),
  },
  exits: { 1: 'something was found' },
  examples: [
    { line: 'atlas audit verify', does: 'follow the chain' },
    {
      line: 'atlas audit verify --json | jq -r \'.head | "\\(.seq):\\(.hash)"\'',
      does: 'the head, to be noted elsewhere',
    },
    { line: 'atlas audit verify --file audit.jsonl', does: 'verify an export, without a server' },
  ],
  async run({ head, file }, context) {
    const verdict =
      file === undefined ? await askServer(context, head) : await verifyFile(resolve(context.cwd, file), head)
    return { json: verdict, text: () => showVerdict(verdict, context.terminal.colours), exit: verdict.ok ? 0 : 1 }
  },
})

async function askServer(context: Context, head: string | undefined): Promise<AuditVerdict> {
  const { api } = await context.connect()
  return bodyOf(api.GET('/api/v1/audit/verify', { params: { query: { ...(head !== undefined && { head }) } } }))
}

async function verifyFile(path: string, head: string | undefined): Promise<AuditVerdict> {
  const { auditVerifier } = await import('@atlas/core')
  const verifier = auditVerifier(head === undefined ? [] : [headIn(head)])
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const { hash, ...record } = JSON.parse(line) as AuditRecord
    verifier.take({ record, hash })
  }
  return verifier.end()
}

function headIn(typed: string): { seq: number; hash: string } {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(typed) ?? []
  if (seq !== undefined && hash !== undefined) return { seq: Number(seq), hash }
  throw new AtlasError('usage', `--head ${typed}: expected <seq>:<hash>`, { hint: 'atlas audit verify prints it' })
}
