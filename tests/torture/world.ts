import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type RunningPostgres, startPostgres } from '@atlas/postgres'
import { readSandboxFile, type SandboxFile, sandboxAdmin } from '@atlas/sandbox'

/** PostgreSQL and a sandbox cloud of its own: what one lane of runs uses, one run after the other. */
export interface World {
  database: { url: string; kill(): void; away(ms: number): Promise<void> }
  cloud: Pick<SandboxFile, 'url' | 'token'>
  admin: ReturnType<typeof sandboxAdmin>
  close(): Promise<void>
}

export async function world(): Promise<World> {
  const base = mkdtempSync(join(tmpdir(), 'atlas-torture-'))
  // The account that runs PostgreSQL has to reach its folder.
  chmodSync(base, 0o711)
  const dataDir = join(base, 'postgres')
  let server: RunningPostgres = await startPostgres({ dataDir })
  const { url, port } = server
  const cloud = await startCloud(join(base, 'sandbox'))
  return {
    cloud: cloud.file,
    admin: cloud.admin,
    database: {
      url,
      // Its supervisor starts it again.
      kill: () => void process.kill(server.pid, 'SIGKILL'),
      async away(ms) {
        await server.stop()
        await sleep(ms)
        server = await startPostgres({ dataDir, port })
      },
    },
    async close() {
      await Promise.all([cloud.end(), server.stop()])
      rmSync(base, { recursive: true, force: true })
    },
  }
}

async function startCloud(dataDir: string) {
  const program = fileURLToPath(import.meta.resolve('@atlas/sandbox/main'))
  const wish = ['--data-dir', dataDir, '--backend', 'none', '--rate-limit', 'off', '--settle-ms', '20', '--parent-pipe']
  const child = spawn(process.execPath, [program, ...wish], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(createInterface(child.stdout), 'line')
  const file = await readSandboxFile(dataDir)
  await keepTheDefaultNetwork(file)
  return {
    file,
    admin: sandboxAdmin(file),
    async end() {
      const ended = once(child, 'exit')
      child.stdin.end()
      await ended
    },
  }
}

/** The first network of a region becomes its default and is never deleted: none of a run's shall be that. */
async function keepTheDefaultNetwork({ url, token }: SandboxFile): Promise<void> {
  const answer = await fetch(`${url}/v2/vpcs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'theirs', region: 'nyc3' }),
  })
  if (!answer.ok) throw new Error(`POST /v2/vpcs: ${answer.status} ${await answer.text()}`)
}
