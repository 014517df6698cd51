import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type ReadyLine, readServerFile, type ServerFile } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'
import { prepareDataFolder } from '../data-folder.ts'

export interface ServerOptions {
  dataDir: string
  env: NodeJS.ProcessEnv
  /** With a sandbox cloud beside it, where the environment has no credential. */
  dev: boolean
  /** More words for the server, such as `--port 3003`. */
  more?: readonly string[]
}

export interface RunningServer {
  file: ServerFile
  /** Whether another process already served this folder: then ours only keeps that one from ending. */
  joined: boolean
  pid: number
  /** Ends it in good order; kills it after 30 s. */
  stop(): Promise<void>
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | string>
}

/**
 * Starts a server that ends with this process: it holds the other end of a pipe, which even kill -9 closes. It leads a
 * process group of its own, so that Ctrl-C reaches only us and we can end it in good order. Its log is server.log in the
 * data folder.
 *
 * @throws AtlasError what the server said when it could not start
 */
export async function startServer({ dataDir, env, dev, more = [] }: ServerOptions): Promise<RunningServer> {
  prepareDataFolder(dataDir)
  const words = ['--data-dir', dataDir, '--parent-pipe', ...(dev ? ['--dev'] : []), ...more]
  const child = spawn(process.execPath, [serverMain(), ...words], { stdio: 'pipe', detached: true, env })
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  const line = await firstLine(child, ended)
  if (!line.ready) {
    await stop(child, ended)
    const { code, message, ...more } = line.error
    throw new AtlasError(code, message, more)
  }
  const file = readServerFile(dataDir)
  if (!file) throw new AtlasError('server_unreachable', `The server is ready but left no server.json in ${dataDir}`)
  return { file, joined: line.joined ?? false, pid: child.pid!, ended, stop: () => stop(child, ended) }
}

/** The CLI does not import the server: it is another program, found beside it. */
const serverMain = () => fileURLToPath(new URL('./main.ts', import.meta.resolve('@atlas/server')))

/** @throws AtlasError `server_unreachable` when it ends without having said that it is ready */
async function firstLine(child: ChildProcess, ended: Promise<number | string>): Promise<ReadyLine> {
  let said = ''
  child.stderr!.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-4096)
  })
  const ready = Promise.withResolvers<ReadyLine>()
  createInterface({ input: child.stdout! }).on('line', (line) => {
    if (line.startsWith('{"ready"')) ready.resolve(JSON.parse(line) as ReadyLine)
  })
  const first = await Promise.race([ready.promise, ended])
  if (typeof first === 'object') return first
  throw new AtlasError('server_unreachable', `The server ended while starting (${first}). ${said.trim()}`, {
    hint: 'look in server.log of the data folder',
  })
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.stdin!.end()
  const giveUp = setTimeout(() => child.kill('SIGKILL'), 30_000)
  await ended
  clearTimeout(giveUp)
}
