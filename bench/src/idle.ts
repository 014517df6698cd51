import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { useOf } from './world/process-tree.ts'

const settleMs = 10_000
const measuredMs = 60_000

/**
 * What a server costs that nobody asks anything: the server with its embedded PostgreSQL, watched for 60 s after it had
 * 10 s to settle. Memory is the proportional set size of the whole process tree at the end; CPU is in percent of one core.
 */
export async function bench(): Promise<{ rss_mb: number; cpu_percent: number }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'atlas-idle-'))
  const main = fileURLToPath(new URL('./main.ts', import.meta.resolve('@atlas/server')))
  const server = spawn(process.execPath, [main, '--data-dir', dataDir, '--parent-pipe'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH },
  })
  const ended = once(server, 'exit')
  try {
    const [line] = (await once(createInterface(server.stdout), 'line')) as [string]
    if (!JSON.parse(line).ready) throw new Error(line)
    await sleep(settleMs)
    const before = useOf(server.pid!)
    await sleep(measuredMs)
    const after = useOf(server.pid!)
    process.stdout.write(`${after.processes} processes; memory is their proportional set size\n`)
    const cpu = (after.cpuSeconds - before.cpuSeconds) / (measuredMs / 1000)
    return { rss_mb: Math.round(after.pssMb), cpu_percent: Math.round(cpu * 1000) / 10 }
  } finally {
    server.stdin.end()
    await ended
    rmSync(dataDir, { recursive: true, force: true })
  }
}
