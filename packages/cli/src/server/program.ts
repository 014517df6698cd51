import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { AtlasError, type ErrorCode, type Problem } from '@atlas/core/errors'

/** A program of the server that does one thing and ends. */
export type ServerProgram = 'check-config' | 'backup' | 'restore'

type Failure = { error: { code: ErrorCode; message: string; hint?: string; problems?: Problem[] } }

/**
 * Runs it, and gives what its one line says. The CLI knows no database: such programs stand in the server's room.
 * @throws AtlasError what it failed with
 */
export async function runServerProgram<Answer extends object>(
  program: ServerProgram,
  { words = [], env }: { words?: readonly string[]; env: NodeJS.ProcessEnv },
): Promise<Answer> {
  const file = fileURLToPath(new URL(`./programs/${program}.ts`, import.meta.resolve('@atlas/server')))
  const child = spawn(process.execPath, [file, ...words], { stdio: ['ignore', 'pipe', 'pipe'], env })
  const [said, complained, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  const last = said.trim().split('\n').at(-1)
  if (!last) throw new AtlasError('internal', `${program} ended (${code}) and said: ${complained.slice(-2000)}`)
  const answer = JSON.parse(last) as Answer | Failure
  if (!('error' in answer)) return answer
  const { code: named, message, ...more } = answer.error
  throw new AtlasError(named, message, more)
}
