import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const atlas = fileURLToPath(import.meta.resolve('@atlas/cli/atlas'))
const runs = 15

/** What a person waits for: `atlas --version` and `atlas status` against a running server, medians in milliseconds. */
export async function bench(): Promise<{ version_ms: number; status_ms: number }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'atlas-bench-cli-'))
  const server = spawn(atlas, ['dev', '--data-dir', dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(server, 'exit')
  try {
    await once(createInterface(server.stdout), 'line')
    return {
      version_ms: await median(['--version']),
      status_ms: await median(['status', '--data-dir', dataDir]),
    }
  } finally {
    server.kill('SIGTERM')
    await ended
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function median(args: readonly string[]): Promise<number> {
  const took: number[] = []
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    await promisify(execFile)(atlas, args)
    took.push(performance.now() - start)
  }
  return Math.round(took.sort((a, b) => a - b)[Math.floor(runs / 2)]!)
}
