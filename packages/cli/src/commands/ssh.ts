import { command, naming, required, rest, text } from '../command.ts'
import { findMachine } from '../ssh/machine.ts'
import { runSsh } from '../ssh/run.ts'

export default command({
  summary: 'A shell, or a command, on a machine',
  description:
    "Runs this computer's ssh with the machine's address, port, key and pinned host key. Words go to ssh as they are; its exit code comes back.",
  topic: 'Look',
  printsItself: true,
  passThrough: true,
  inputs: {
    machine: naming('machine', required('<machine>', 'its name, such as web1')),
    command: rest('[command...]', 'what to run there; a shell when there is none'),
    infrastructure: naming('infrastructure', text('-i, --infrastructure <name>', 'where the same name is in several')),
  },
  exits: { 255: 'ssh could not connect; every other code is that of the command' },
  examples: [
    { line: 'atlas ssh web1', does: 'a shell' },
    { line: 'atlas ssh web1 -- uname -a', does: 'one command' },
    { line: "atlas ssh -i shop web1 -- 'cd /srv && ls'", does: 'a line for the shell there' },
  ],
  async run({ machine, command: words, infrastructure }, context) {
    const client = await context.connect()
    const target = await findMachine(client, machine, infrastructure)
    const remote = words[0] === '--' ? words.slice(1) : words
    const exit = await runSsh({ target, words: remote, dataDir: context.dataDir })
    if (exit === 255 && target.keyless)
      context.remark(
        `The description of ${machine} names no key: add an ssh_key with what .atlas/ssh/id_ed25519.pub holds, and ssh_keys: [{ ref: <its name>.id }]`,
      )
    return { exit }
  },
})
