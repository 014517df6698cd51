import { resolve } from 'node:path'
import { command, optional, toggle } from '../command.ts'
import { writeScaffold } from '../scaffold.ts'
import { ensureKey, fingerprint, identityFile } from '../ssh/key.ts'

export default command({
  summary: 'Write the first configuration, and an ssh key',
  description:
    'Writes config/projects.csv, config/deployment_config.json, config/email_config.json and templates/, and makes the ssh key that machines will know. What is there already is kept.',
  topic: 'Start here',
  inputs: {
    folder: optional('[folder]', 'where; this folder when not given'),
    force: toggle('--force', 'overwrite files that are there (never the key)'),
  },
  examples: [
    { line: 'atlas init', does: 'in this folder' },
    { line: 'atlas init my-cloud', does: 'in a folder of its own' },
  ],
  async run({ folder = '.', force }, context) {
    const { written, kept } = writeScaffold(resolve(context.cwd, folder), force)
    const key = fingerprint(ensureKey(context.dataDir))
    const { green, dim } = context.terminal.colours
    return {
      json: {
        folder: resolve(context.cwd, folder),
        written,
        kept,
        ssh_key: { file: identityFile(context.dataDir), fingerprint: key },
      },
      text: () =>
        [
          ...written.map((path) => `${green('wrote')} ${path}`),
          ...kept.map((path) => dim(`kept  ${path} (--force overwrites it)`)),
          `ssh key ${key} in ${identityFile(context.dataDir)}`,
        ].join('\n'),
      next: [
        { line: `edit ${folder === '.' ? '' : `${folder}/`}config/projects.csv`, does: 'one line for each project' },
        { line: planLine(folder), does: 'see what it would make, and at what price' },
      ],
    }
  },
})

/** The key is in the data folder of where this was typed, so that is where the next command belongs. */
const planLine = (folder: string) => (folder === '.' ? 'atlas plan' : `atlas plan --config ${folder}/config`)
