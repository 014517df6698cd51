import { once } from 'node:events'
import { join } from 'node:path'
import { type Connection, readServerFile } from '@atlas/client'
import { lineOf, start, workFolder } from '../cli.fixture.ts'

/** Machines are records, and nobody looks around: what is tried here needs neither. */
export const quiet = { ATLAS_SANDBOX_BACKEND: 'none', ATLAS_PATROL_MINUTES: '0', ATLAS_SANDBOX_RATE_LIMIT: 'off' }

export interface DevServer {
  folder: string
  dataDir: string
  connection: Connection
  stop(): Promise<void>
}

/** `atlas dev` in a folder of its own. */
export async function startDevServer(): Promise<DevServer> {
  const folder = workFolder()
  const dataDir = join(folder.path, '.atlas')
  const server = start(folder.path, ['dev', '--json', '--port', '0'], quiet)
  await lineOf(server, /"ready":true/)
  const stop = async () => {
    const ended = once(server, 'exit')
    server.kill('SIGTERM')
    await ended
    folder.remove()
  }
  return { folder: folder.path, dataDir, connection: readServerFile(dataDir)!, stop }
}
