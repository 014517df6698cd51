import { command, required } from '../command.ts'

const shells = ['bash', 'zsh', 'fish', 'powershell']

export default command({
  summary: 'Print a completion script for your shell',
  description:
    'Prints a script that completes commands, options and, from the server that runs, names of machines, infrastructures and operations.',
  topic: 'Shell',
  printsItself: true,
  inputs: { shell: { ...required('<shell>', 'the shell it is for'), choices: shells } },
  examples: [
    { line: 'source <(atlas completion bash)', does: 'completion in this bash' },
    { line: 'atlas completion zsh > ~/.zfunc/_atlas', does: 'for every zsh with ~/.zfunc in its fpath' },
    { line: 'atlas completion fish | source', does: 'completion in this fish' },
  ],
  async run({ shell }) {
    // The library prints the script itself.
    const { script } = await import('@bomb.sh/tab')
    script(shell, 'atlas', 'atlas')
    return {}
  },
})
