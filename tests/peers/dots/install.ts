import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cache } from '../cache.ts'
import { type Outcome, run } from '../command.ts'

const wanted = join(import.meta.dirname, 'install')

/** Installs what `install/package-lock.json` says, once; says why where it cannot. */
export async function install(version: string): Promise<string | { unavailable: string }> {
  const folder = join(cache('npm'), `dots-${version}`)
  if (existsSync(folder)) return folder
  const fresh = cache('npm', `dots-${version}.${process.pid}`)
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(wanted, name), join(fresh, name))
  const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--fetch-retries=1', '--loglevel=error']
  const outcome = await run('npm', args, { cwd: fresh, seconds: 180 }).catch(notStarted)
  if (outcome.code === 0) renameSync(fresh, folder)
  else rmSync(fresh, { recursive: true, force: true })
  return outcome.code === 0 ? folder : { unavailable: `npm ci of @digitalocean/dots ${version}: ${firstOf(outcome)}` }
}

const notStarted = (error: Error): Outcome => ({ code: null, stdout: '', stderr: error.message })

/** npm says what is wrong first, and then at length what it thinks of it. */
const firstOf = ({ stderr }: Outcome): string => stderr.trim().split('\n').slice(0, 3).join('; ')
