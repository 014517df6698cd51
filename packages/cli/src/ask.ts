import { AtlasError } from '@atlas/core/errors'
import type { Context } from './context.ts'

/**
 * Lets a person decide before the world changes. `yes` (from --yes) decides at once; where nobody can answer, nothing
 * is done.
 *
 * @throws AtlasError `usage` without a terminal and without --yes
 */
export async function agreed(
  context: Pick<Context, 'terminal' | 'json'>,
  question: string,
  yes: boolean,
): Promise<boolean> {
  if (yes) return true
  if (!context.terminal.asks || context.json) {
    throw new AtlasError('usage', `Nobody is there to answer: ${question}`, { hint: 'the same with --yes' })
  }
  const { confirm, isCancel } = await import('@clack/prompts')
  const answer = await confirm({ message: question, initialValue: false })
  return !isCancel(answer) && answer
}
