import { copyFileSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cache } from '../peers/cache.ts'
import { type Outcome, run, tail } from '../peers/command.ts'

const requirements = join(import.meta.dirname, 'requirements.txt')

/** Schemathesis of the pinned version, installed on first use in a virtual environment; says why where it cannot be had. */
export async function install(): Promise<{ program: string; version: string } | { unavailable: string }> {
  const version = /^schemathesis==(\S+)$/m.exec(readFileSync(requirements, 'utf8'))![1]!
  const folder = join(cache('python'), `schemathesis-${version}`)
  const program = join(folder, 'bin/schemathesis')
  // Left by an install that came to its end.
  const done = join(folder, 'requirements.txt')
  if (existsSync(done) && same(done)) return { program, version }
  const python = await findPython()
  if (!python) return { unavailable: 'there is no Python 3.10 or newer with venv' }
  rmSync(folder, { recursive: true, force: true })
  const wheels = ['install', '--quiet', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check']
  for (const [what, file, args] of [
    ['python -m venv', python, ['-m', 'venv', folder]],
    ['pip install', join(folder, 'bin/pip'), [...wheels, '-r', requirements]],
  ] as const) {
    const outcome = await run(file, args, { seconds: 180 }).catch(notStarted)
    if (outcome.code !== 0) return { unavailable: `${what}: ${tail(outcome, 3)}` }
  }
  copyFileSync(requirements, `${done}.new`)
  renameSync(`${done}.new`, done)
  return { program, version }
}

const same = (installed: string) => readFileSync(installed, 'utf8') === readFileSync(requirements, 'utf8')

const notStarted = (error: Error): Outcome => ({ code: null, stdout: '', stderr: error.message })

async function findPython(): Promise<string | undefined> {
  const newEnough = 'import sys, venv; sys.exit(sys.version_info < (3, 10))'
  for (const candidate of ['python3', 'python']) {
    const outcome = await run(candidate, ['-c', newEnough], { seconds: 20 }).catch(notStarted)
    if (outcome.code === 0) return candidate
  }
  return undefined
}
