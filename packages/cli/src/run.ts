import { fileURLToPath } from 'node:url'
import { AtlasError } from '@atlas/core/errors'
import { CommanderError } from 'commander'
import { withCommandWord } from './aliases.ts'
import type { Outcome } from './command.ts'
import { createContext, type Process } from './context.ts'
import { exitCodeOf, failureJson, renderFailure } from './failure.ts'
import { renderOutcome } from './outcome.ts'
import { buildProgram, type Dispatch } from './program.ts'
import { inspectTerminal } from './terminal.ts'
import { readTree, type Word } from './tree.ts'

const commandsFolder = fileURLToPath(new URL('./commands', import.meta.url))

/** Does what `argv` says and gives back the exit code. Everything a command prints at its end is printed here. */
export async function run(process: Process): Promise<number> {
  const tree = readTree(commandsFolder)
  let argv = process.argv
  let exit = 0
  const dispatch: Dispatch = async (_word, definition, values, common) => {
    const context = createContext(process, common)
    try {
      const outcome: Outcome = await definition.run(values, context)
      process.stdout.write(renderOutcome(outcome, context))
      exit = outcome.exit ?? 0
      return outcome
    } finally {
      await context.close()
    }
  }
  try {
    argv = withCommandWord(process.argv, new Set(tree.map(({ name }) => name)))
    const wantsEverything = argv.length === 0 || ['-h', '--help', 'complete'].includes(argv[0]!)
    const program = await buildProgram(tree, dispatch, wantsEverything)
    if (argv[0] === 'complete') (await import('./completion.ts')).answer(program, tree, process)
    else await program.parseAsync(argv.length === 0 ? ['--help'] : [...argv], { from: 'user' })
    return exit
  } catch (error) {
    return report(asAtlasError(error, typedWords(tree, argv)), process)
  }
}

function report(error: unknown, { argv, env, stdin, stderr }: Process): number {
  if (error instanceof CommanderError) return error.exitCode
  const { colours } = inspectTerminal({ env, stdin, stdout: stderr })
  stderr.write(argv.includes('--json') ? `${JSON.stringify(failureJson(error))}\n` : renderFailure(error, colours))
  return exitCodeOf(error)
}

/** The words of argv that name a command, and what may follow the last of them. */
function typedWords(tree: readonly Word[], argv: readonly string[]): { path: string; follow: readonly string[] } {
  let at: { path: readonly string[]; children: readonly Word[] } = { path: [], children: tree }
  for (const typed of argv) {
    const next = at.children.find(({ name }) => name === typed)
    if (!next) break
    at = next
  }
  return { path: ['atlas', ...at.path].join(' '), follow: at.children.map(({ name }) => name) }
}

/** What commander says of a mistyped line, in the words and with the exit code of every other refusal. */
function asAtlasError(error: unknown, { path, follow }: { path: string; follow: readonly string[] }): unknown {
  if (!(error instanceof CommanderError) || error.exitCode === 0) return error
  if (error.code === 'commander.help')
    return new AtlasError('usage', `${path} needs one of ${follow.join(', ')}`, { hint: `${path} --help` })
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n')
  const meant = suggestion?.match(/Did you mean (?:one of )?([^?]+)/)?.[1]?.split(', ')
  if (meant) return new AtlasError('usage', message, { hint: meant.map((one) => `${path} ${one}`).join(', or ') })
  const known = follow.length > 0 ? ` (there are: ${follow.join(', ')})` : ''
  return new AtlasError('usage', message, { hint: `${path} --help${known}` })
}
