import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface PeerCloud {
  url: string
  token: string
  stop(): Promise<void>
}

const main = join(import.meta.dirname, '../../packages/sandbox/src/main.ts')

interface Options {
  /** By default the hour's limit of the real cloud, but not the minute's, in which no client could finish. */
  rateLimit?: string
  /** By default records without machines: what is tried here is the API. */
  backend?: string
}

/** A sandbox of its own, in a folder that goes with it. */
export async function startCloud({
  rateLimit = '5000/h,5000/min',
  backend = 'none',
}: Options = {}): Promise<PeerCloud> {
  const dataDir = mkdtempSync(join(tmpdir(), 'atlas-peers-'))
  const options = ['--data-dir', dataDir, '--backend', backend, '--settle-ms', '50', '--rate-limit', rateLimit]
  const child = spawn(process.execPath, [main, ...options, '--parent-pipe'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))

  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    rmSync(dataDir, { recursive: true, force: true })
  }
  try {
    const url = await readiness(createInterface(child.stdout))
    const { token } = JSON.parse(readFileSync(join(dataDir, 'sandbox.json'), 'utf8')) as { token: string }
    return { url, token, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function readiness(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) return (JSON.parse(line) as { url: string }).url
  throw new Error('the sandbox ended before it was ready')
}
