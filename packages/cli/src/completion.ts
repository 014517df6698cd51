import { resolve } from 'node:path'
import { exit } from 'node:process'
import tab from '@bomb.sh/tab/commander'
import type { Command as Commander } from 'commander'
import type { NameKind } from './command.ts'
import { type Name, namesOf } from './completion-names.ts'
import type { Process } from './context.ts'
import { isCommand, load, type Word } from './tree.ts'

/** `atlas complete -- <words>`: what the shell's script asks while somebody presses Tab. */
export async function answer(program: Commander, tree: readonly Word[], { argv, env, cwd }: Process): Promise<never> {
  const completion = tab(program)
  // The word that the library added for itself; `atlas completion` is ours.
  completion.commands.delete('complete')
  const typed = argv.slice(argv.indexOf('--') + 1)
  const word = wordOf(tree, typed)
  const command = word && completion.commands.get(word.path.join(' '))
  if (command) {
    // The library asks its handlers at once, so what a server has to say is asked before.
    const dataDir = resolve(cwd, dataDirIn(typed) ?? env.ATLAS_DATA_DIR ?? '.atlas')
    for (const { name, names } of await namedInputs(word)) {
      const offered = command.arguments.get(name) ?? command.options.get(name)
      const known = await namesOf(names, { env, dataDir })
      if (offered) offered.handler = (complete) => offer(known, complete)
    }
  }
  completion.parse(typed)
  // What a server has not answered by now would keep the process up, and the shell waiting.
  exit(0)
}

function offer(known: readonly Name[], complete: (value: string, description: string) => void): void {
  for (const { name, says } of known) complete(name, says)
}

function wordOf(tree: readonly Word[], typed: readonly string[]): Word | undefined {
  const [first, ...others] = typed
  const word = tree.find(({ name }) => name === first)
  return word && (wordOf(word.children, others) ?? word)
}

/** Arguments and options that stand for something that exists, as the completion library calls them. */
async function namedInputs(word: Word): Promise<{ name: string; names: NameKind }[]> {
  const definition = await load(word)
  if (!isCommand(definition)) return []
  return Object.values(definition.inputs).flatMap(({ syntax, names }) => {
    const name = /--([\w-]+)/.exec(syntax)?.[1] ?? /[\w-]+/.exec(syntax)?.[0]
    return name && names ? [{ name, names }] : []
  })
}

function dataDirIn(typed: readonly string[]): string | undefined {
  const at = typed.indexOf('--data-dir')
  return at < 0 ? undefined : typed[at + 1]
}
