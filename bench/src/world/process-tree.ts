import { readdirSync, readFileSync } from 'node:fs'

/** A process and everything it started, as Linux's /proc shows it. */
export interface TreeUse {
  /**
   * Proportional set size, MB: memory shared between processes (PostgreSQL's buffers, libraries) is counted once over
   * all of them. The plain resident size would count it once for each.
   */
  pssMb: number
  /** Processor time used so far, seconds, of the living and of the children they have buried. */
  cpuSeconds: number
  processes: number
}

/** The kernel counts in hundredths of a second on every Linux that matters (USER_HZ). */
const ticksPerSecond = 100

export function useOf(root: number): TreeUse {
  const pids = treeOf(root)
  return {
    pssMb: sum(pids.map(pssKb)) / 1024,
    cpuSeconds: sum(pids.map(cpuTicks)) / ticksPerSecond,
    processes: pids.length,
  }
}

function treeOf(root: number): number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), Number(stat(Number(name))?.[1])]),
  )
  const isBelow = (pid: number): boolean => pid === root || (parents.has(pid) && isBelow(parents.get(pid)!))
  return [...parents.keys()].filter(isBelow)
}

/** Fields of /proc/<pid>/stat from the state on; `undefined` when the process is gone. */
function stat(pid: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
  } catch {
    return undefined
  }
}

const cpuTicks = (pid: number) => sum((stat(pid) ?? []).slice(11, 15).map(Number))

function pssKb(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)
