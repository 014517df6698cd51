import { type ReadyLine, readServerFile, type ServerFile } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'
import { type Child, startChild } from './child.ts'

export interface ServerOptions {
  dataDir: string
  env: NodeJS.ProcessEnv
  /** With a sandbox cloud beside it, where the environment has no credential. */
  dev: boolean
  /** More words for the server, such as `--port 3003`. */
  more?: readonly string[]
}

export interface RunningServer extends Pick<Child<unknown>, 'pid' | 'ended' | 'stop' | 'leave'> {
  file: ServerFile
  /** Whether another process already served this folder: then ours only keeps that one from ending. */
  joined: boolean
}

/** A server on the data folder; its log is server.log in there. @throws AtlasError what it said when it could not start */
export async function startServer({ dataDir, env, dev, more = [] }: ServerOptions): Promise<RunningServer> {
  const words = ['--data-dir', dataDir, ...(dev ? ['--dev'] : []), ...more]
  const child = await startChild<ReadyLine & { ready: true }>('@atlas/server', { dataDir, words, env })
  const file = readServerFile(dataDir)
  if (!file) throw new AtlasError('server_unreachable', `The server is ready but left no server.json in ${dataDir}`)
  return {
    file,
    joined: child.line.joined ?? false,
    pid: child.pid,
    ended: child.ended,
    stop: child.stop,
    leave: child.leave,
  }
}
