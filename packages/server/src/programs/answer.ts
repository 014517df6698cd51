import { failureOf } from '../failure.ts'

/** Prints what a program came to as one line of JSON, its failure too, and ends with the exit code of the catalogue. */
export async function answer(work: () => Promise<object>): Promise<void> {
  try {
    process.stdout.write(`${JSON.stringify(await work())}\n`)
  } catch (cause) {
    const { error, exit } = failureOf(cause)
    process.stdout.write(`${JSON.stringify({ error })}\n`)
    process.exitCode = exit
  }
}
