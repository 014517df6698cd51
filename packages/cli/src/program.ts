import { Argument, Command as Commander, InvalidArgumentError, Option } from 'commander'
import { type Command, type Input, type Outcome, topics } from './command.ts'
import { helpText } from './help.ts'
import { isCommand, load, type Word } from './tree.ts'

/** What every command understands besides its own inputs. */
export interface Common {
  dataDir: string | undefined
  workspace: string | undefined
  json: boolean
}

/** Does what was typed. */
export type Dispatch = (
  word: Word,
  definition: Command,
  values: Record<string, unknown>,
  common: Common,
) => Promise<Outcome>

/**
 * The command line as a commander program. A command's file is loaded when its word is typed, so that `atlas status`
 * does not pay for `atlas init`; `everything` loads all, for help and completion.
 */
export async function buildProgram(tree: readonly Word[], dispatch: Dispatch, everything = false): Promise<Commander> {
  const program = new Commander('atlas')
    .description(
      'Infrastructure from a description: plan it, make it, watch it, on a cloud of your own or DigitalOcean',
    )
    .option('--version', 'print the version')
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    // What went wrong is said in one place, for all of Atlas: `run` does.
    .configureOutput({ writeErr: () => {} })
    .configureHelp({ visibleCommands: byTopic })
  program.addHelpText('after', helpText.root)
  await addWords(program, tree, dispatch, everything)
  return program
}

const headings = topics.map((topic) => `${topic}:`)
const byTopic = (parent: Commander) =>
  parent.commands.toSorted((a, b) => headings.indexOf(a.helpGroup()) - headings.indexOf(b.helpGroup()))

async function addWords(parent: Commander, words: readonly Word[], dispatch: Dispatch, now: boolean): Promise<void> {
  const definitions = new Map<string, () => Promise<void>>()
  for (const word of words) {
    const sub = parent.command(word.name)
    let done: Promise<void> | undefined
    const defineOnce = () => {
      done ??= define(sub, word, dispatch, now)
      return done
    }
    definitions.set(word.name, defineOnce)
    if (now) await defineOnce()
  }
  parent.hook('preSubcommand', (_parent, sub) => definitions.get(sub.name())?.())
}

async function define(sub: Commander, word: Word, dispatch: Dispatch, now: boolean): Promise<void> {
  const definition = await load(word)
  sub.summary(definition.summary).helpGroup(`${definition.topic}:`)
  // The words below are few, and their summaries are needed for help.
  await addWords(sub, word.children, dispatch, now || word.children.length > 0)
  if (!isCommand(definition)) {
    sub.description(`${definition.summary}.`)
    return
  }
  sub.description(definition.description ?? `${definition.summary}.`)
  addInputs(sub, definition)
  sub.option('--data-dir <folder>', 'where Atlas keeps its data; else ATLAS_DATA_DIR, else ./.atlas')
  sub.option('--workspace <name>', 'of which team; else ATLAS_WORKSPACE, else that of the token')
  if (definition.passThrough) sub.passThroughOptions()
  if (!definition.printsItself) sub.option('--json', 'print JSON for programs')
  sub.addHelpText('after', helpText.command(definition))
  sub.action(async () => {
    const { dataDir, workspace, json } = sub.opts<{ dataDir?: string; workspace?: string; json?: boolean }>()
    await dispatch(word, definition, valuesOf(sub, definition), { dataDir, workspace, json: json ?? false })
  })
}

function addInputs(sub: Commander, { inputs }: Command) {
  for (const [name, input] of Object.entries(inputs)) {
    if (input.kind === 'argument') {
      const argument = new Argument(input.syntax, input.text)
      sub.addArgument(input.choices ? argument.choices(input.choices) : argument.argParser(reader(input)))
      continue
    }
    const option = new Option(input.syntax, input.text)
    if (option.attributeName() !== name)
      throw new Error(`${input.syntax} must be the input "${option.attributeName()}"`)
    if (input.choices) option.choices(input.choices)
    else if (option.required || option.optional) option.argParser(reader(input))
    sub.addOption(option)
  }
}

const reader = (input: Input<unknown>) => (typed: string, before: unknown) => {
  try {
    return input.read(typed, before ?? input.absent)
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}

function valuesOf(sub: Commander, { inputs }: Command): Record<string, unknown> {
  const typed = sub.opts<Record<string, unknown>>()
  const args = [...sub.processedArgs]
  const value = (name: string, input: Input<unknown>) =>
    (input.kind === 'argument' ? args.shift() : typed[name]) ?? input.absent
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, value(name, input)]))
}
