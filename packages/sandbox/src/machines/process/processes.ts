import { readdir, readFile, readlink } from 'node:fs/promises'
import { run } from '../run.ts'

/** In the environment of everything that a machine of the process backend runs; children inherit it. Deploys refuse such machines by it. */
export const markerName = 'ATLAS_SANDBOX_MACHINE'

/**
 * Processes that carry a marker starting so. Process groups are not enough: what has called setsid or forked twice has
 * left them, but not its environment. (On macOS, `ps -E` shows it for the user's own programs.)
 */
export async function marked(prefix: string): Promise<number[]> {
  const pids = process.platform === 'linux' ? await byProc(prefix) : await byPs(prefix)
  return pids.filter((pid) => pid !== process.pid)
}

async function byProc(prefix: string): Promise<number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    names.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
      const has = environment.split('\0').some((entry) => entry.startsWith(`${markerName}=${prefix}`))
      // A zombie shows no environment, a kernel thread has no program.
      return has && (await readlink(`/proc/${pid}/exe`).catch(() => '')) ? Number(pid) : undefined
    }),
  )
  return found.filter((pid) => pid !== undefined)
}

async function byPs(prefix: string): Promise<number[]> {
  const lines = (await run(['ps', '-axEww', '-o', 'pid=,command='])).split('\n')
  return lines.filter((line) => line.includes(`${markerName}=${prefix}`)).map((line) => Number.parseInt(line, 10))
}

export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** SIGTERM and up to 10 s where `graceful`, then SIGKILL until nothing is left: a dying parent may have forked once more. */
export async function endAll(prefix: string, { graceful }: { graceful: boolean }): Promise<void> {
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  if (graceful) {
    signalAll(await marked(prefix), 'SIGTERM')
    const patience = Date.now() + 10_000
    while (Date.now() < patience && (await marked(prefix)).length > 0) await pause(50)
  }
  for (let pids = await marked(prefix); pids.length > 0; pids = await marked(prefix)) {
    signalAll(pids, 'SIGKILL')
    await pause(5)
  }
}
