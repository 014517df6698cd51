/** One word for a POSIX shell, whatever is in it. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

/** A command as SSH wants it: one line, in which no word means anything to the shell. */
export const commandLine = (words: readonly string[]): string => words.map(quoted).join(' ')

/** Variables as a file that a shell reads with `.`: `NAME='value'`, one a line. */
export const variablesFile = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${quoted(value)}\n`)
    .join('')
