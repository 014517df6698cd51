import { once } from 'node:events'
import type { StayingLine } from '@atlas/client'
import { enter } from './data-folder/enter.ts'
import { forgetGuests, untilAlone } from './data-folder/guests.ts'
import { cloudOf, readyLine } from './data-folder/server-file.ts'
import { failureOf } from './failure.ts'
import { serve } from './serve.ts'
import { readEnvironment } from './settings/environment.ts'
import { type Options, readOptions } from './settings/options.ts'

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  const environment = readEnvironment(process.env)
  const told = signalled()
  const left = parentLeft(options)
  const entry = await enter(options.dataDir, cloudOf(environment, options.dev))
  if (entry.role === 'guest') {
    process.stdout.write(readyLine(entry.server, true))
    // Signed in for as long as the program that started us lives: the server stays up for it.
    if (options.parentPipe) await Promise.race([told, left])
    return entry.leave()
  }
  try {
    forgetGuests(options.dataDir)
    const server = await serve(options, environment)
    process.stdout.write(readyLine(server.file, false))
    const alone = left.then(() => untilAlone(options.dataDir, server.file, tellStaying))
    const failed = await Promise.race([told, alone, server.failed])
    await server.close()
    if (failed) throw failed
  } finally {
    entry.hold.release()
  }
}

/** Whoever started us may be waiting for our end: it need not. */
function tellStaying(): void {
  process.stdout.on('error', () => {})
  process.stdout.write(`${JSON.stringify({ staying: true } satisfies StayingLine)}\n`)
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
async function signalled(): Promise<void> {
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ] as const) {
    process.on(signal, () => process.exit(128 + number))
  }
}

/** Resolves when the program at the other end of standard input is gone, kill -9 included. */
async function parentLeft({ parentPipe }: Options): Promise<void> {
  if (!parentPipe) return new Promise(() => {})
  await once(process.stdin.resume(), 'close')
}

/** One line that a program understands, and the exit code of the catalogue. */
function fail(cause: unknown): void {
  const { error, exit } = failureOf(cause)
  process.stdout.write(`${JSON.stringify({ ready: false, error })}\n`)
  if (error.code === 'internal') process.stderr.write(`${(cause as Error).stack ?? cause}\n`)
  process.exitCode = exit
}

await main().catch(fail)
// Whatever a library left open (an idle socket, a timer) must not keep a server alive that has ended.
process.exit()
