import type { Command, Example } from './command.ts'

export function examplesText(examples: readonly Example[]): string {
  const width = Math.max(...examples.map(({ line }) => line.length))
  return examples.map(({ line, does }) => `  ${line.padEnd(width)}   ${does}`).join('\n')
}

const exitsText = (exits: Readonly<Record<number, string>>) =>
  Object.entries(exits)
    .map(([code, meaning]) => `  ${code}  ${meaning}`)
    .join('\n')

export const helpText = {
  root: `
Examples:
${examplesText([
  { line: 'npm run demo', does: 'see all of it on this computer: no account, no Docker' },
  { line: 'atlas init', does: 'write the first configuration here' },
  { line: 'atlas plan', does: 'what would change, why, and at what price' },
  { line: 'atlas up', does: 'make it so' },
])}

Without a server (ATLAS_URL and ATLAS_TOKEN, or \`atlas dev\` in this folder) a command starts one for as long as it runs.
docs/cli.md has all commands and exit codes on one page.`,

  command: ({ examples, exits }: Command) =>
    `\nExamples:\n${examplesText(examples)}${exits ? `\n\nExit codes beside those of docs/cli.md:\n${exitsText(exits)}` : ''}`,
}
