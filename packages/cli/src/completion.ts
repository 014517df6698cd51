import tab from '@bomb.sh/tab/commander'
import type { Command as Commander } from 'commander'

/** `atlas complete -- <words>`: what the shell's script asks while somebody presses Tab. */
export function answer(program: Commander, argv: readonly string[]): void {
  const completion = tab(program)
  // The word that the library added for itself; `atlas completion` is ours.
  completion.commands.delete('complete')
  completion.parse(argv.slice(argv.indexOf('--') + 1))
}
