import { AtlasError } from '@atlas/core/errors'

/** What requirement 2 has and Atlas has not yet: monitoring, and recovery that starts by itself. */
const notYet: Readonly<Record<string, { what: string; today: (words: readonly string[]) => string }>> = {
  '--monitor': {
    what: 'Machines do not watch each other yet',
    today: () => 'atlas status asks every machine now, atlas validate finds what disagrees, atlas drift what is gone',
  },
  '--recover': {
    what: 'A failed machine is not restored from a snapshot yet',
    today: ([machine = '<machine>']) =>
      `atlas repair <infrastructure> makes ${machine} anew where it is gone, with what it served`,
  },
}

/**
 * The spelling of requirement 2: `atlas --status` is `atlas status`, `--deploy-uat hostomatic` is `deploy uat hostomatic`.
 * So is `help` before the word.
 * @throws AtlasError `usage` for what does not exist yet, saying what does
 */
export function withCommandWord(argv: readonly string[], commands: ReadonlySet<string>): readonly string[] {
  const [first = '', ...others] = argv
  if (first === 'help') return [...others, '--help']
  const missing = notYet[first]
  if (missing) throw new AtlasError('usage', missing.what, { hint: missing.today(others) })
  const environment = /^--deploy-(test|uat|prod)$/.exec(first)?.[1]
  if (environment !== undefined) return ['deploy', environment, ...others]
  const word = first.slice(2)
  if (!first.startsWith('--') || !commands.has(word)) return argv
  return [word, ...others.map((one) => (one === '--reproduce-dir' ? '--dir' : one))]
}
