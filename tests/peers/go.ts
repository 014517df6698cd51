import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cache } from './cache.ts'
import { run, tail } from './command.ts'

export interface GoProgram {
  name: string
  /** What `go build` builds. */
  package: string
  module: string
  version: string
  /** Modules that the program names but needs nothing of, and that cannot be had: an empty one takes their place. */
  emptied?: readonly string[]
}

/** The longest that building a program may take, in seconds. */
const patience = 300

/** One build at a time: a Go build takes every core it finds. */
let builds: Promise<unknown> = Promise.resolve()

/** The program's path, built from the Go module proxy on first use; or why it cannot be had here. */
export function goProgram(program: GoProgram, print: (line: string) => void) {
  const built = builds.then(() => build(program, print))
  builds = built
  return built
}

async function build(program: GoProgram, print: (line: string) => void): Promise<string | { unavailable: string }> {
  const file = join(cache('bin'), `${program.name}_${program.version}`)
  if (existsSync(file)) return file
  const go = await findGo()
  if (!go) return { unavailable: `there is no Go to build ${program.module} with: install it from https://go.dev/dl` }
  const began = Date.now()
  print(`     ${program.name}: building ${program.module}@${program.version}, this once …`)
  const outcome = await buildWith(go, program, file)
  if (outcome) return { unavailable: `go build of ${program.module}@${program.version}: ${outcome}` }
  print(`     ${program.name}: built in ${Math.round((Date.now() - began) / 1000)} s`)
  return file
}

/**
 * A module of our own that only requires the program's: `go install` refuses modules with replace directives, and asks
 * for the list of versions, which not every proxy has.
 */
async function buildWith(go: string, program: GoProgram, file: string): Promise<string | undefined> {
  const folder = mkdtempSync(join(cache(), 'build-'))
  try {
    const replaced = (program.emptied ?? []).map((module) => `replace ${module} => ./empty\n`).join('')
    writeFileSync(
      join(folder, 'go.mod'),
      `module peers\n\ngo 1.25.0\n\nrequire ${program.module} ${program.version}\n${replaced}`,
    )
    writeFileSync(join(folder, 'peers.go'), `//go:build tools\n\npackage peers\n\nimport _ "${program.package}"\n`)
    mkdirSync(join(folder, 'empty'))
    writeFileSync(join(folder, 'empty/go.mod'), 'module empty\n')
    const args = ['build', '-mod=mod', '-p=2', '-buildvcs=false', '-ldflags=-s -w', '-o', 'program', program.package]
    const outcome = await run(go, args, { cwd: folder, env: { CGO_ENABLED: '0' }, seconds: patience })
    if (outcome.code === null) return `not done after ${patience} s`
    if (outcome.code !== 0) return tail(outcome)
    renameSync(join(folder, 'program'), file)
    return undefined
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function findGo(): Promise<string | undefined> {
  for (const candidate of ['go', '/usr/local/go/bin/go']) {
    const outcome = await run(candidate, ['version'], { seconds: 20 }).catch(() => undefined)
    if (outcome?.code === 0) return candidate
  }
  return undefined
}
