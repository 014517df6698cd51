import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { getCompileCacheDir } from 'node:module'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { AtlasError, type ErrorCode, type Problem } from '@atlas/core/errors'
import { prepareDataFolder } from '../data-folder.ts'

/** A program of Atlas that runs beside the command line, and ends with it. */
export interface Child<Line> {
  /** What it said when it was ready. */
  line: Line
  pid: number
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | string>
  /** Ends it in good order, whoever else uses it; kills it after 30 s. */
  stop(): Promise<void>
  /** Ends it, unless others use it meanwhile: then it goes on without us. */
  leave(): Promise<void>
}

/** The CLI imports neither the server nor the sandbox: they are other programs, found beside it. */
export type Program = '@atlas/server' | '@atlas/sandbox'

type FirstLine<Line> =
  | (Line & { ready: true })
  | { ready: false; error: { code: ErrorCode; message: string; hint?: string; problems?: Problem[] } }

/**
 * Starts a program that ends with this process: it holds the other end of a pipe, which even kill -9 closes. It leads a
 * process group of its own, so that Ctrl-C reaches only us and we can end it in good order.
 *
 * @throws AtlasError what it said when it could not start
 */
export async function startChild<Line>(
  program: Program,
  { dataDir, words, env }: { dataDir: string; words: readonly string[]; env: NodeJS.ProcessEnv },
): Promise<Child<Line>> {
  prepareDataFolder(dataDir)
  const main = fileURLToPath(new URL('./main.ts', import.meta.resolve(program)))
  // It finds its sources compiled where ours are: that halves what its start costs.
  const surroundings = { NODE_COMPILE_CACHE: getCompileCacheDir(), ...env }
  const child = spawn(process.execPath, [main, '--parent-pipe', ...words], {
    stdio: 'pipe',
    detached: true,
    env: surroundings,
  })
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  const line = await firstLine<Line>(child, ended)
  const stop = () => {
    child.kill('SIGTERM')
    return end(child, ended)
  }
  const leave = () => end(child, Promise.race([ended, staying(child)]))
  if (line.ready) return { line, pid: child.pid!, ended, stop, leave }
  await stop()
  const { code, message, ...more } = line.error
  throw new AtlasError(code, message, more)
}

/** @throws AtlasError `server_unreachable` when it ends without having said that it is ready */
async function firstLine<Line>(child: ChildProcess, ended: Promise<number | string>): Promise<FirstLine<Line>> {
  let said = ''
  child.stderr!.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-4096)
  })
  const ready = Promise.withResolvers<FirstLine<Line>>()
  createInterface({ input: child.stdout! }).on('line', (line) => {
    if (line.startsWith('{"ready"')) ready.resolve(JSON.parse(line) as FirstLine<Line>)
  })
  const first = await Promise.race([ready.promise, ended])
  if (typeof first === 'object') return first
  const why = said.trim() || 'It said nothing; server.log in the data folder may.'
  throw new AtlasError('server_unreachable', `It ended while starting (${first}). ${why}`)
}

/** Resolves when it says that it stays for others; from then on we do not hold each other. */
function staying(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (!line.startsWith('{"staying"')) return
      child.unref()
      for (const pipe of [child.stdout, child.stderr]) pipe!.destroy()
      resolve()
    })
  })
}

async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.stdin!.end()
  const giveUp = setTimeout(() => child.kill('SIGKILL'), 30_000)
  await ended
  clearTimeout(giveUp)
}
