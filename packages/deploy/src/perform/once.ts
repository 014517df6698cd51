import { AtlasError } from '@atlas/core'
import { lastLines } from '../machine/refusal.ts'
import type { Once, OnceEnd } from '../platforms/platform.ts'
import { redacted, withoutSecrets } from '../redact.ts'
import { builtIn } from './images.ts'
import type { Doing, PerformerParts } from './performer.ts'
import { variablesFor } from './variables.ts'

/** Characters of its output that are kept in the event. */
const kept = 4000

/**
 * The release command of a service. One key for the whole operation, so whoever takes it over is given the end of the run
 * that is there (docs/adr/0021-release-commands.md).
 */
export async function runOnce(
  { secrets }: PerformerParts,
  { task, given, tell }: Doing,
  run: (once: Once, signal: AbortSignal) => Promise<OnceEnd>,
): Promise<void> {
  const { release } = given
  const service = builtIn(task, given.service)
  const { command, timeout_s } = service.release!
  const { versions: _, ...own } = await variablesFor(secrets, task, given)
  const timeout = AbortSignal.timeout(timeout_s * 1000)
  const key = `${task.operation}-${task.work.n}`
  const once = { key, command, service, release, ...own }
  // Whoever began it may have been given another value.
  const before = await secrets.former({ workspace: task.workspace, ...given }, service.secrets)
  const values = [...Object.values(own.secrets), ...before]
  const end = await withoutSecrets(
    () => values,
    () => run(once, AbortSignal.any([task.signal, timeout])),
  ).catch((error: unknown) => {
    throw timeout.aborted && !task.signal.aborted ? failed(given, `did not end within ${timeout_s} s`, '') : error
  })
  const output = redacted(end.output, values)
  if (end.code !== 0) throw failed(given, howOf(end), output)
  tell({ command, output: output.slice(-kept) })
}

const howOf = ({ code }: OnceEnd) =>
  code === undefined ? 'was cut off in the middle, and nobody knows how far it came' : `ended with ${code}`

function failed({ service, machine }: Doing['given'], how: string, output: string): AtlasError {
  const said = output.trim() === '' ? '' : ` It printed last:\n${lastLines(output)}`
  const what = `The release command of ${service.name}, "${service.release!.command}", ${how} on ${machine}.`
  return new AtlasError('release_failed', `${what}${said}`, {
    hint: 'Traffic stays where it was. Mend the command, or what it has left behind, and deploy again.',
  })
}
