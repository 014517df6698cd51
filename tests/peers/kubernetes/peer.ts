import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, tail } from '../command.ts'
import type { Peer } from '../peer.ts'
import type { Report } from '../report.ts'
import { buildPrograms } from './programs.ts'

const root = join(import.meta.dirname, '../../..')
const vitest = join(root, 'node_modules/vitest/vitest.mjs')

interface Outcome {
  testResults: { assertionResults: { title: string; status: string; failureMessages: string[] }[] }[]
}

/** etcd, kube-apiserver and kube-controller-manager, which Atlas deploys to. */
export const kubernetes: Peer = {
  name: 'kubernetes',
  async prepare(print) {
    const programs = await buildPrograms(print)
    if ('unavailable' in programs) return programs
    return { version: `${programs.apiServer}, with etcd`, alone: tests }
  },
}

/** `npx vitest run --project kubernetes` is the same, once the programs are built. */
async function tests(report: Report): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'atlas-peers-'))
  const file = join(folder, 'outcome.json')
  const args = [vitest, 'run', '--project', 'kubernetes', '--reporter', 'json', '--outputFile', file]
  try {
    const outcome = await run(process.execPath, args, { cwd: root, seconds: 900 })
    await report.scenario('tests', async () => {
      const all = await report.check('run', async () => parsed(file, outcome))
      for (const { title, status, failureMessages } of all)
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
