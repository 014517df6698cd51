import { AtlasError, catalogue, isAtlasError } from '@atlas/core'
import { inOurWords } from '../failure.ts'

/** Prints what a program came to as one line of JSON, its failure too, and ends with the exit code of the catalogue. */
export async function answer(work: () => Promise<object>): Promise<void> {
  try {
    process.stdout.write(`${JSON.stringify(await work())}\n`)
  } catch (cause) {
    const named = inOurWords(cause)
    const error = isAtlasError(named) ? named : new AtlasError('internal', String(named), { cause: named })
    const { code, message, hint, problems } = error
    process.stdout.write(`${JSON.stringify({ error: { code, message, hint, problems } })}\n`)
    process.exitCode = catalogue[code].exit
  }
}
