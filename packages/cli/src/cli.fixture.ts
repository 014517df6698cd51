import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect } from 'vitest'

export const atlas = join(import.meta.dirname, '../bin/atlas')

export interface Finished {
  exit: number | string
  stdout: string
  stderr: string
}

/** A folder to run commands in; its data folder is .atlas in there. */
export function workFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'atlas-cli-'))
  // The account that runs PostgreSQL, where the tests run as root, passes through.
  chmodSync(path, 0o711)
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

const environment = (more: NodeJS.ProcessEnv) => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  ATLAS_SANDBOX_RATE_LIMIT: 'off',
  ...more,
})

/** A command as a script starts it: no terminal anywhere. */
export function start(cwd: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(atlas, words, { cwd, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] })
}

export async function finish(child: ChildProcess): Promise<Finished> {
  const said = { stdout: '', stderr: '' }
  child.stdout!.on('data', (chunk) => {
    said.stdout += chunk
  })
  child.stderr!.on('data', (chunk) => {
    said.stderr += chunk
  })
  const [code, signal] = await once(child, 'close')
  return { exit: code ?? signal, ...said }
}

export const run = (cwd: string, words: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished> =>
  finish(start(cwd, words, env))

/** The same on a terminal, with somebody who types. */
export async function runOnTerminal(cwd: string, line: string, typed: string): Promise<Finished> {
  const child = spawn('script', ['-qefc', `stty cols 120 rows 40; ${atlas} ${line}`, '/dev/null'], {
    cwd,
    env: environment({ TERM: 'xterm' }),
  })
  const asked = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      if (String(chunk).includes('?')) resolve()
    })
  })
  const finished = finish(child)
  await Promise.race([asked, finished])
  child.stdin.write(typed)
  const result = await finished
  child.stdin.destroy()
  return result
}

/** Resolves with the first line on its stdout that matches. */
export async function lineOf(child: ChildProcess, wanted: RegExp): Promise<string> {
  for await (const line of createInterface(child.stdout!)) if (wanted.test(line)) return line
  throw new Error(`it ended without a line like ${wanted}`)
}

/** `atlas dev` in a work folder for all tests of a file: there before the first, gone after the last, without a trace. Gives the folder. */
export function devOfFile(env?: NodeJS.ProcessEnv): string {
  const folder = workFolder()
  let dev: ChildProcess
  beforeAll(async () => {
    dev = start(folder.path, ['dev'], env)
    await lineOf(dev, /^Sandbox cloud at/)
    dev.stdout!.resume()
  }, 120_000)
  afterAll(async () => {
    const ended = once(dev, 'exit')
    dev.kill('SIGINT')
    expect((await ended)[0]).toBe(0)
    expect(processesOf(folder.path)).toEqual([])
    expect(existsSync(join(folder.path, '.atlas/server.json'))).toBe(false)
    folder.remove()
  })
  return folder.path
}

/** Processes whose command line names the folder: what a command must not leave behind. */
export function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return line.includes(folder) ? [`${pid} ${line}`] : []
      } catch {
        return []
      }
    })
}
