import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Client, createClient } from '@atlas/client'

/** One of several servers behind a load balancer: `atlas serve`, on a PostgreSQL and a cloud that outlive it. */
export interface Node {
  client: Client
  /** With kill -9, and only when it is dead. */
  kill(): Promise<void>
  stop(): Promise<void>
}

/** @param env what all nodes have in common; `ATLAS_TOKEN` opens each of them */
export async function startNode(dataDir: string, env: Record<string, string> & { ATLAS_TOKEN: string }): Promise<Node> {
  const atlas = fileURLToPath(import.meta.resolve('@atlas/cli/atlas'))
  const child = spawn(atlas, ['serve', '--json', '--port', '0', '--data-dir', dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, ...env },
  })
  const ended = once(child, 'exit')
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended])) as [string]
  const { url, pid } = JSON.parse(line) as { url: string; pid: number }
  return {
    client: createClient({ url, token: env.ATLAS_TOKEN }),
    async kill() {
      process.kill(pid, 'SIGKILL')
      await ended
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
