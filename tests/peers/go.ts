import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cache } from './cache.ts'
import { run, tail } from './command.ts'

export interface GoProgram {
  name: string
  /** What `go build` builds. */
  package: string
  /** Holds a `go.mod` that requires the program's module, and its `go.sum`: version and contents are both pinned. */
  folder: string
  /** The longest that building it may take; 300 when not given. */
  seconds?: number
}

/** Where the program is once it was built. */
export const goProgramFile = (program: GoProgram): string =>
  join(cache('bin'), `${program.name}_${versionOf(program).split(' ')[1]}`)

/** The program's path, built from the Go module proxy on first use; or why it cannot be had here. */
export async function goProgram(
  program: GoProgram,
  print: (line: string) => void,
): Promise<string | { unavailable: string }> {
  const what = versionOf(program)
  const file = goProgramFile(program)
  if (existsSync(file)) return file
  const go = await findGo()
  if (!go) return { unavailable: `there is no Go to build ${what} with: install it from https://go.dev/dl` }
  const began = Date.now()
  print(`     ${program.name}: building ${what}, this once …`)
  const failure = await buildWith(go, program, file)
  if (failure) return { unavailable: `go build of ${what}: ${failure}` }
  print(`     ${program.name}: built in ${Math.round((Date.now() - began) / 1000)} s`)
  return file
}

/** Module and version that the folder's `go.mod` requires. */
const versionOf = ({ folder }: GoProgram): string =>
  /^require (\S+ \S+)/m.exec(readFileSync(join(folder, 'go.mod'), 'utf8'))?.[1] ?? 'unknown unknown'

async function buildWith(
  go: string,
  { package: wanted, folder, seconds = 300 }: GoProgram,
  file: string,
): Promise<string | undefined> {
  // Not where it stands: what a build leaves beside go.mod has no place in the repository.
  const copy = mkdtempSync(join(cache(), 'build-'))
  try {
    cpSync(folder, copy, { recursive: true })
    const args = ['build', '-mod=readonly', '-p=2', '-buildvcs=false', '-ldflags=-s -w', '-o', 'program', wanted]
    // Behind everything else that wants the cores.
    const nice = ['-n', '10', go, ...args]
    const outcome = await run('nice', nice, { cwd: copy, env: { CGO_ENABLED: '0', GOFLAGS: '' }, seconds })
    if (outcome.code === null) return `not done after ${seconds} s`
    if (outcome.code !== 0) return tail(outcome, 4)
    renameSync(join(copy, 'program'), file)
    return undefined
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

async function findGo(): Promise<string | undefined> {
  for (const candidate of ['go', '/usr/local/go/bin/go']) {
    const outcome = await run(candidate, ['version'], { seconds: 20 }).catch(() => undefined)
    if (outcome?.code === 0) return candidate
  }
  return undefined
}
