import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, tail } from './command.ts'
import type { Report } from './report.ts'

const root = join(import.meta.dirname, '../..')
const vitest = join(root, 'node_modules/vitest/vitest.mjs')

interface Outcome {
  testResults: { assertionResults: { title: string; status: string; failureMessages: string[] }[] }[]
}

/** Tests that Vitest runs, told one by one. */
export async function vitestTests(
  report: Report,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'atlas-peers-'))
  const file = join(folder, 'outcome.json')
  const words = [vitest, 'run', ...args, '--reporter', 'json', '--outputFile', file]
  try {
    const outcome = await run(process.execPath, words, { cwd: root, env, seconds: 900 })
    await report.scenario('tests', async () => {
      const all = await report.check('run', async () => parsed(file, outcome))
      for (const { title, status, failureMessages } of all.filter(
        (one) => !['pending', 'skipped'].includes(one.status),
      ))
        await report
          .check(title, async () => {
            if (status !== 'passed') throw new Error(failureMessages.join('\n') || status)
          })
          .catch(() => undefined)
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function parsed(file: string, outcome: Awaited<ReturnType<typeof run>>) {
  if (!existsSync(file)) throw new Error(tail(outcome))
  const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as Outcome
  const all = testResults.flatMap(({ assertionResults }) => assertionResults)
  if (all.length === 0) throw new Error(tail(outcome))
  return all
}
