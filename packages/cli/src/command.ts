import type { Context } from './context.ts'

/**
 * A command is a value: what it is called comes from its file's path under commands/, everything else is here.
 * `run` gets what was typed, by name, and gives back an outcome; printing it is for one place to do.
 */
export interface Command<Inputs extends InputTable = InputTable> {
  /** One line for the list of commands, without a full stop. */
  summary: string
  /** More, for its own help. */
  description?: string
  /** Under which heading of `atlas --help` it stands. */
  topic: Topic
  inputs: Inputs
  examples: readonly Example[]
  /** Exit codes other than 0 and those of the error catalogue. */
  exits?: Readonly<Record<number, string>>
  /** It prints by itself, so it has no `--json`. */
  printsItself?: boolean
  /** Everything after the first argument belongs to another program. */
  passThrough?: boolean
  run(values: ValuesOf<Inputs>, context: Context): Promise<Outcome>
}

/** A word that only holds other commands, such as `operations`. */
export interface Group {
  summary: string
  topic: Topic
}

export const topics = [
  'Start here',
  'Change the world',
  'Deploys',
  'Look',
  'Operations',
  'Access',
  'Servers',
  'Shell',
] as const
export type Topic = (typeof topics)[number]

export interface Example {
  line: string
  /** What it does, in lower case. */
  does: string
}

/** What a command came to: as JSON for programs, as text for people. */
export interface Outcome {
  /** The one document that `--json` prints; `undefined` where the command has printed lines of JSON already. */
  json?: unknown
  /** Rendered only when it is shown. */
  text?: () => string
  /** What to type next, most useful first. */
  next?: readonly Example[]
  /** Exit code; 0 when absent. */
  exit?: number
}

export interface Input<Value> {
  kind: 'option' | 'argument'
  /** Option: `-f, --file <path>`. Argument: `<id>`, `[id]` or `[word...]`. */
  syntax: string
  text: string
  /** What it is when it was not typed. */
  absent: Value
  /** From what was typed (and, where it may be repeated, what was typed before). @throws Error saying what is expected */
  read(typed: string, before: Value): Value
  /** The only values there are. */
  choices?: readonly string[]
  /** What it names: completion offers those that exist. */
  names?: NameKind
}

export type NameKind = 'infrastructure' | 'machine' | 'operation' | 'running operation'

// The table holds inputs of any value type; `ValuesOf` gives each name its own type again.
// biome-ignore lint/suspicious/noExplicitAny: Input is invariant in its value, so `unknown` would accept none of them
export type InputTable = Readonly<Record<string, Input<any>>>
export type ValuesOf<Inputs> = { [Name in keyof Inputs]: Inputs[Name] extends Input<infer Value> ? Value : never }

export const command = <const Inputs extends InputTable>(definition: Command<Inputs>): Command<Inputs> => definition
export const group = (definition: Group): Group => definition

const asTyped = (typed: string) => typed

export const toggle = (syntax: string, text: string): Input<boolean> => ({
  kind: 'option',
  syntax,
  text,
  absent: false,
  read: () => true,
})

export const text = (syntax: string, what: string): Input<string | undefined> => ({
  kind: 'option',
  syntax,
  text: what,
  absent: undefined,
  read: asTyped,
})

/** What is typed is one of them: everything else is refused before it is read. */
export const choice = <const Choice extends string>(
  syntax: string,
  what: string,
  choices: readonly Choice[],
): Input<Choice | undefined> => ({
  kind: 'option',
  syntax,
  text: what,
  absent: undefined,
  read: (typed) => typed as Choice,
  choices,
})

/** May be repeated, and holds several values with commas between them. */
export const list = (syntax: string, what: string): Input<readonly string[]> => ({
  kind: 'option',
  syntax,
  text: what,
  absent: [],
  read: (typed, before) => [...before, ...typed.split(',').filter(Boolean)],
})

export const count = (syntax: string, what: string, absent: number): Input<number> => ({
  kind: 'option',
  syntax,
  text: `${what} (${absent} when not given)`,
  absent,
  read: wholeNumber,
})

function wholeNumber(typed: string): number {
  if (/^\d{1,9}$/.test(typed)) return Number(typed)
  throw new Error('expected a whole number')
}

export const required = (syntax: `<${string}>`, what: string): Input<string> => ({
  kind: 'argument',
  syntax,
  text: what,
  absent: '',
  read: asTyped,
})

export const requiredCount = (syntax: `<${string}>`, what: string): Input<number> => ({
  kind: 'argument',
  syntax,
  text: what,
  absent: 0,
  read: wholeNumber,
})

export const optional = (syntax: `[${string}]`, what: string): Input<string | undefined> => ({
  kind: 'argument',
  syntax,
  text: what,
  absent: undefined,
  read: asTyped,
})

export const rest = (syntax: `[${string}...]`, what: string): Input<readonly string[]> => ({
  kind: 'argument',
  syntax,
  text: what,
  absent: [],
  read: (typed, before) => [...before, typed],
})

/** The same input, standing for something that exists. */
export const naming = <Value>(names: NameKind, input: Input<Value>): Input<Value> => ({ ...input, names })
