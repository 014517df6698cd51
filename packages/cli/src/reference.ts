import { catalogue } from '@atlas/core/errors'
import type { Command, Input } from './command.ts'
import { isCommand, load, type Word } from './tree.ts'

const head = `# The command line

This page is made from the commands themselves: \`npx vitest run packages/cli -u\` writes it anew, and a test holds it
equal to them.

\`npx atlas\` runs Atlas from a checkout; \`npm link -w packages/cli\` puts \`atlas\` on your PATH. It runs on the Node that
the lock file brings, whatever Node the machine has.

## What every command understands

| | |
|---|---|
| \`--data-dir <folder>\` | where Atlas keeps its data; else \`ATLAS_DATA_DIR\`, else \`./.atlas\` |
| \`--workspace <name>\` | of which team; else \`ATLAS_WORKSPACE\`, else that of the token |
| \`--json\` | one JSON document on stdout, for programs; errors are JSON on stderr |
| \`--help\` | what it does, what it takes, examples |
| \`NO_COLOR\`, \`FORCE_COLOR\` | no colours; colours even into a pipe. Without either there are colours on a terminal only |

Older spelling works: \`atlas --status\` is \`atlas status\`, and so for every command.

## What it reads from the environment

| variable | what it says |
|---|---|
| \`ATLAS_URL\`, \`ATLAS_TOKEN\` | a server elsewhere |
| \`ATLAS_WORKSPACE\` | the team that is meant, as \`--workspace\`; for a token that opens more than one |
| \`ATLAS_DATA_DIR\` | the data folder, as \`--data-dir\` |
| \`DO_TOKEN\` or \`DIGITALOCEAN_API_TOKEN\` | the DigitalOcean account, for a server that a command starts |
| \`ADMIN_IP\` | address or CIDR that may reach port 22. Found out where not given: this computer for the sandbox, else its public address |
| \`ADDITIONAL_IPS\` | more of them, with commas between |
| \`ATLAS_BACKUP_PASSPHRASE\` | what a backup is sealed with, for \`atlas backup\` and \`atlas restore\` |
| \`HOST\`, \`PORT\` | where \`atlas serve\` listens |
| \`ATLAS_IP_ECHO_URL\` | the service that is asked for the public address, which must answer with nothing else |

A server reads more: [configuration](configuration.md) lists it.

## Which server

A command talks to a server: the one that \`ATLAS_URL\` and \`ATLAS_TOKEN\` name; else the one that runs on the data folder
(\`atlas dev\`, \`atlas serve\`, \`npm run demo\`); else one of its own, which ends with the command. With \`DO_TOKEN\` or
\`DIGITALOCEAN_API_TOKEN\` in the environment the server's cloud is DigitalOcean, without one it is the sandbox.

State, disks of sandbox machines and unfinished operations outlive a server of the command's own: machines start again,
and operations go on, with the next server.
`

/** docs/cli.md. */
export async function reference(tree: readonly Word[]): Promise<string> {
  const sections: string[] = []
  for (const word of flat(tree)) {
    const definition = await load(word)
    if (isCommand(definition)) sections.push(section(word, definition))
  }
  return `${head}\n${exitCodes()}\n## Commands\n\n${sections.join('\n')}`
}

export const flat = (tree: readonly Word[]): Word[] => tree.flatMap((word) => [word, ...flat(word.children)])

function exitCodes(): string {
  const byCode = Map.groupBy(Object.entries(catalogue), ([, { exit }]) => exit)
  const rows = [...byCode].sort(([a], [b]) => a - b)
  const line = ([exit, errors]: (typeof rows)[number]) =>
    `| ${exit} | ${errors.map(([code]) => `\`${code}\``).join(', ')} |`
  return `## Exit codes

| code | when |
|---|---|
| 0 | it is done |
${rows.map(line).join('\n')}
| 130 | Ctrl-C ended the watching; the operation goes on |

The names are error codes, as \`--json\` gives them; [errors.md](errors.md) explains each. What a command adds is said there.
`
}

function section({ path }: Word, { summary, description, inputs, examples, exits }: Command): string {
  const all = Object.values(inputs) as Input<unknown>[]
  const words = all.filter(({ kind }) => kind === 'argument').map(({ syntax }) => syntax)
  const options = all.some(({ kind }) => kind === 'option') ? ['[options]'] : []
  const table = all.map(({ syntax, text }) => `| \`${syntax.replaceAll('|', '\\|')}\` | ${text} |`)
  const shown = examples.map(({ line, does }) => `${line}   # ${does}`)
  return [
    `### ${['atlas', ...path].join(' ')}\n`,
    `${description ?? `${summary}.`}\n`,
    `\`${['atlas', ...path, ...options, ...words].join(' ')}\`\n`,
    ...(table.length > 0 ? ['| | |\n|---|---|', ...table, ''] : []),
    ...(exits ? [...Object.entries(exits).map(([code, meaning]) => `Exit code ${code}: ${meaning}.`), ''] : []),
    `\`\`\`sh\n${shown.join('\n')}\n\`\`\`\n`,
  ].join('\n')
}
