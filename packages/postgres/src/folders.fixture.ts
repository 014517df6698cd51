import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { afterEach, beforeEach, expect } from 'vitest'
import type { PostgresError } from './error.ts'
import { postgresIn, until } from './process.ts'
import { type RunningPostgres, type StartOptions, startPostgres } from './start.ts'

/** A program that starts PostgreSQL as `elsewhere` does. */
export const program = join(import.meta.dirname, 'start.fixture.ts')

/** Of the test that runs. */
export const at = { base: '', dataDir: '', sharedDir: '' }
let running: (RunningPostgres | ChildProcess)[] = []

/** Every test of a file has folders of its own, in which nothing runs any more when they go. */
export function foldersOfEach(): void {
  beforeEach(() => {
    const base = mkdtempSync(join(tmpdir(), 'atlas-postgres-'))
    chmodSync(base, 0o755)
    Object.assign(at, { base, dataDir: join(base, 'data'), sharedDir: join(base, 'shared') })
    running = []
  })
  afterEach(async () => {
    for (const one of running) {
      if ('stop' in one) await one.stop()
      else if (one.exitCode === null && one.signalCode === null) await killed(one)
    }
    await until(() => postgresProcesses().length === 0, 10_000)
    rmSync(at.base, { recursive: true, force: true })
  })
}

/** It is killed with the test that it belongs to. */
export function belongs<Process extends ChildProcess>(child: Process): Process {
  running.push(child)
  return child
}

const clusters = () => [
  join(at.dataDir, 'cluster'),
  ...(existsSync(join(at.sharedDir, 'clusters'))
    ? readdirSync(join(at.sharedDir, 'clusters')).map((id) => join(at.sharedDir, 'clusters', id, 'cluster'))
    : []),
]
export const postgresProcesses = () =>
  clusters()
    .filter((path) => existsSync(path))
    .flatMap(postgresIn)

export async function start(more: Partial<StartOptions> = {}): Promise<RunningPostgres> {
  const { dataDir, sharedDir } = at
  const postgres = await startPostgres({ dataDir, sharedDir, ...more })
  running.push(postgres)
  return postgres
}

interface Said {
  url: string
  port: number
  pid: number
  code?: string
  message?: string
  hint?: string
}

/** Starts PostgreSQL from another process; gives that process and the line it printed. */
export async function elsewhere({ as, program: file = program }: { as?: string; program?: string } = {}) {
  const { dataDir, sharedDir } = at
  const words = [process.execPath, file, JSON.stringify({ dataDir, sharedDir })]
  const [command, ...args] = as ? ['runuser', '-u', as, '--', ...words] : words
  const child = belongs(spawn(command!, args, { stdio: ['pipe', 'pipe', 'inherit'] }))
  const said = await new Promise<Said>((resolve) =>
    createInterface(child.stdout).once('line', (line) => resolve(JSON.parse(line))),
  )
  return { child, said }
}

export function killed(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}

export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

export const refusal = (promise: Promise<unknown>): Promise<PostgresError> =>
  promise.then(
    () => expect.fail('it was not refused'),
    (error) => error,
  )
