import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { digitalOcean, machineCost } from '@atlas/core'
import { compare } from './compare.ts'
import { type Account, size, walk } from './walk.ts'

// Walks one small machine through its life on the real DigitalOcean and on a sandbox, and reports every difference.
// Exit code 0: none; 1: some, or it failed; 2: no token.

const token = process.env.DO_TOKEN || process.env.DIGITALOCEAN_API_TOKEN
const url = process.env.DIGITALOCEAN_API_URL || 'https://api.digitalocean.com'

const say = (who: string) => (line: string) => process.stdout.write(`${who}: ${line}\n`)

/** A sandbox of its own, on a folder that goes with it. */
async function withSandbox<T>(work: (account: Account) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'atlas-live-check-'))
  const main = fileURLToPath(import.meta.resolve('@atlas/sandbox/main'))
  const child = spawn(process.execPath, [main, '--data-dir', dataDir, '--parent-pipe'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH },
  })
  const ended = once(child, 'exit')
  try {
    await once(createInterface(child.stdout), 'line')
    return await work(JSON.parse(readFileSync(join(dataDir, 'sandbox.json'), 'utf8')) as Account)
  } finally {
    child.stdin.end()
    await ended
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function main(live: Account): Promise<number> {
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort(new Error('interrupted')))
  const here = await withSandbox((account) => walk(account, say('sandbox'), interrupted.signal))
  const there = await walk(live, say(live.url), interrupted.signal)
  const found = compare(here, there)
  for (const line of found) process.stdout.write(`DIFFERENT ${line}\n`)
  const cost = machineCost(digitalOcean.sizes.get(size)!, there.machineSeconds)
  process.stdout.write(`The machine lived ${Math.round(there.machineSeconds)} s: about $${cost.toFixed(4)}\n`)
  process.stdout.write(
    `${JSON.stringify({ exchanges: there.exchanges.size, differences: found.length, cost_usd: Number(cost.toFixed(4)) })}\n`,
  )
  return found.length === 0 ? 0 : 1
}

if (!token) {
  process.stderr.write('live-check needs a token of a DigitalOcean account, and spends less than $0.05 there.\n')
  process.stderr.write('Try: DO_TOKEN=dop_v1_… npm run live-check\n')
  process.exitCode = 2
} else process.exitCode = await main({ url, token })
