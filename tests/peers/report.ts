import { inspect } from 'node:util'

/** What one client tells of its checks while it runs. */
export interface Report {
  /** Runs one check and prints its outcome. @throws Ended after a failure: later steps of the scenario need this one. */
  check<T>(name: string, body: () => Promise<T>): Promise<T>
  /** Runs scenarios one after the other; a failed check ends its scenario only. */
  scenario(name: string, body: () => Promise<void>): Promise<void>
  /** Says loudly what was not tried, and why. */
  skip(name: string, reason: string): void
}

export interface Totals {
  passed: number
  failed: number
  skipped: number
}

/** The rest of a scenario, after a check of it failed. */
class Ended extends Error {}

export function reporter(client: string, totals: Totals, print: (line: string) => void): Report {
  let scenario = client

  const line = (outcome: string, name: string, began: number) =>
    print(`${outcome} ${client} · ${scenario}: ${name}${seconds(began)}`)

  return {
    async check(name, body) {
      const began = performance.now()
      try {
        const result = await body()
        totals.passed += 1
        line('ok  ', name, began)
        return result
      } catch (error) {
        totals.failed += 1
        line('FAIL', name, began)
        print(indent(explain(error)))
        throw new Ended(name)
      }
    },
    async scenario(name, body) {
      scenario = name
      try {
        await body()
      } catch (error) {
        if (error instanceof Ended) return print(`     ${client} · ${name}: the rest of this scenario was not reached`)
        totals.failed += 1
        print(`FAIL ${client} · ${name}: between two checks\n${indent(explain(error))}`)
      }
    },
    skip(name, reason) {
      totals.skipped += 1
      print(`SKIPPED ${client} · ${name}: ${reason}`)
    },
  }
}

const seconds = (began: number): string => {
  const took = (performance.now() - began) / 1000
  return took < 1 ? '' : ` (${took.toFixed(1)} s)`
}

const indent = (text: string): string => text.replace(/^/gm, '       ')

/** A failure in words; of an HTTP client's error also what the server answered. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return inspect(error)
  const { response } = error as { response?: { status?: number; data?: unknown } }
  const answer = response ? `\nanswered ${response.status}: ${inspect(response.data)}` : ''
  return `${error.message}${answer}\n${ownFrames(error)}`
}

/** Where in these checks it happened; what lies between is the client's. */
const ownFrames = ({ stack = '' }: Error): string =>
  stack
    .split('\n')
    .filter((line) => /^ +at /.test(line) && line.includes(import.meta.dirname) && !line.includes(import.meta.filename))
    .slice(0, 2)
    .join('\n')
