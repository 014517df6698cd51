import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withCommandWord } from './aliases.ts'
import { buildProgram } from './program.ts'
import { flat, reference } from './reference.ts'
import { isCommand, load, readTree } from './tree.ts'

const tree = readTree(join(import.meta.dirname, 'commands'))
const words = flat(tree)
const title = (path: readonly string[]) => path.join(' ')

test.each(words.map((word) => [title(word.path), word] as const))(
  '%s says what it does, with an example',
  async (_title, word) => {
    const definition = await load(word)
    expect(definition.summary).toMatch(/^[A-Z].*[^.]$/)
    if (!isCommand(definition)) return
    expect(definition.examples.length).toBeGreaterThan(0)
    for (const { line, does } of definition.examples) {
      expect(line).toContain('atlas')
      expect(does).toMatch(/^[^A-Z].*[^.]$/)
    }
  },
)

const examples = await Promise.all(
  words.map(async (word) => {
    const definition = await load(word)
    return isCommand(definition) ? definition.examples.map(({ line }) => line) : []
  }),
)

const guide = readFileSync(join(import.meta.dirname, '../../../docs/getting-started.md'), 'utf8')
const guided = guide.match(/^(npx )?atlas .*$/gm)!

test.each([...examples.flat(), ...guided])('the example `%s` is understood', async (line) => {
  const understood: string[] = []
  const program = await buildProgram(tree, async ({ path }) => {
    understood.push(title(path))
    return {}
  })
  await program.parseAsync(typed(line), { from: 'user' })
  expect(understood).toHaveLength(1)
  expect(title(typed(line))).toContain(understood[0])
})

const checkout = join(import.meta.dirname, '../../..')
const sources = globSync('{packages/*,drivers/*,blueprints}/src/**/*.ts', { cwd: checkout })
const said = sources
  .filter((path) => !/\.(test|fixture)\.ts$/.test(path))
  .flatMap(
    (path) =>
      readFileSync(join(checkout, path), 'utf8').match(
        /(?<=['`.:(] ?)atlas [a-z]+(-[a-z]+)*( ([a-z]+(-[a-z]+)*|--[a-z-]+|\$\{[^}]+\}))*/g,
      ) ?? [],
  )

/** Names of database sessions, and what a shell's completion script asks. */
const noAdvice = ['listener', 'worker', 'queue', 'complete']

test('every command and option that Atlas says to type exists', async () => {
  const wrong: string[] = []
  for (const line of new Set(said)) {
    const after = line.split(' ').slice(1)
    const word = words.findLast(({ path }) => path.every((one, n) => one === after[n]))
    const definition = word && (await load(word))
    const syntaxes =
      definition && isCommand(definition) ? Object.values(definition.inputs).map((one) => one.syntax) : []
    const known = ['--data-dir', '--workspace', '--json', '--help', ...syntaxes].join(' ').split(/[ ,]+/)
    const isThere =
      definition && isCommand(definition) && after.every((one) => !one.startsWith('-') || known.includes(one))
    if (!isThere && !noAdvice.includes(after[0]!)) wrong.push(line)
  }
  expect(wrong).toEqual([])
  expect(said.length).toBeGreaterThan(50)
})

/** The words after `atlas`, as a shell would give them, up to a pipe or a redirection. */
function typed(line: string): string[] {
  const [, after = ''] = /\batlas (.*)/.exec(line) ?? []
  const words = after.match(/'[^']*'|"[^"]*"|[^\s)]+/g) ?? []
  const end = words.findIndex((word) => ['|', '>', '<', '#'].includes(word))
  return words.slice(0, end === -1 ? undefined : end).map((word) => word.replace(/^['"]|['"]$/g, ''))
}

test('docs/cli.md is what the commands say', async () => {
  await expect(await reference(tree)).toMatchFileSnapshot('../../../docs/cli.md')
})

test('the older spelling is a command word; an option of its own is not', () => {
  const commands = new Set(['status', 'orchestrate'])
  expect(withCommandWord(['--status', '--json'], commands)).toEqual(['status', '--json'])
  expect(withCommandWord(['--orchestrate'], commands)).toEqual(['orchestrate'])
  expect(withCommandWord(['--help'], commands)).toEqual(['--help'])
  expect(withCommandWord(['help', 'status'], commands)).toEqual(['status', '--help'])
  expect(withCommandWord(['--deploy-uat', 'x'], commands)).toEqual(['deploy', 'uat', 'x'])
  expect(withCommandWord(['--data-dir', 'x'], commands)).toEqual(['--data-dir', 'x'])
})
