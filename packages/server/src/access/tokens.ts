import type { Caller } from '@atlas/api'
import { AtlasError, type Token } from '@atlas/core'
import { type Store, unknownWorkspace } from '@atlas/store'
import type { Memory } from './memory.ts'
import { digestOf, hasTokenForm } from './secret.ts'

/**
 * Whose bearer token it is; `undefined` where it is not of this kind, or of nobody known.
 * @param workspace what the request asks for by name
 * @throws AtlasError `not_found` where that is not the caller's
 */
export type Recognise = (bearer: string, workspace: string | undefined) => Promise<Caller | undefined>

const lastUseMs = 60_000
const roomFor = 10_000

/** Callers by the tokens of their workspaces. */
export function tokenCallers(
  tokens: Pick<Store['tokens'], 'byDigest' | 'used'>,
  memory: Memory,
  onTrouble: (error: unknown) => void,
): { recognise: Recognise; settled(): Promise<void> } {
  const remembered = memory.remembered<Token>()
  const noted = new Map<string, number>()
  const writing = new Set<Promise<void>>()

  /** Beside the request, never in its way. */
  function noteUse(id: string): void {
    const now = performance.now()
    if (now - (noted.get(id) ?? -lastUseMs) < lastUseMs) return
    if (noted.size >= roomFor) noted.clear()
    noted.set(id, now)
    const written = tokens
      .used(id)
      .catch(onTrouble)
      .finally(() => writing.delete(written))
    writing.add(written)
  }

  return {
    async recognise(bearer, workspace) {
      if (!hasTokenForm(bearer)) return undefined
      const digest = digestOf(bearer)
      const token = await remembered(digest, () => tokens.byDigest(Buffer.from(digest, 'hex')))
      if (!token) return undefined
      if (workspace !== undefined && workspace !== token.workspace) throw unknownWorkspace(workspace)
      const caller = callerOf(token)
      if (!caller.refusal) noteUse(token.id)
      return caller
    },
    settled: async () => void (await Promise.all(writing)),
  }
}

function callerOf(token: Token): Caller {
  const { workspace, role, id, name } = token
  const kind = token.approval === 'required' ? 'agent' : 'token'
  const refusal = refusalOf(token)
  return { workspace, role, actor: { kind, id, name }, ...(refusal && { refusal }) }
}

function refusalOf({ name, prefix, revokedAt, expiresAt }: Token): AtlasError | undefined {
  const hint = 'an admin of the workspace can make a new one'
  if (revokedAt !== null) return new AtlasError('unauthorized', `The token ${name} (${prefix}) was revoked.`, { hint })
  if (expiresAt !== null && Date.parse(expiresAt) <= Date.now())
    return new AtlasError('unauthorized', `The token ${name} (${prefix}) expired at ${expiresAt}.`, { hint })
  return undefined
}
