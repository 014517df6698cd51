import { execFile } from 'node:child_process'
import { BlockList, isIP } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Infrastructure } from '@atlas/client'
import type { Target } from '../ssh/machine.ts'
import { sshArguments, writeKnownHosts } from '../ssh/run.ts'

/** Whether an address is in one of the ranges. */
export function isAmong(address: string, ranges: readonly string[]): boolean {
  const list = new BlockList()
  for (const range of ranges) {
    const [net = '', bits] = range.split('/')
    list.addSubnet(net, Number(bits), isIP(net) === 6 ? 'ipv6' : 'ipv4')
  }
  const [host = ''] = address.split('/')
  return list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4')
}

/** Machines that ssh can reach as far as is known. */
export const targetsOf = ({ name, resources }: Infrastructure): Target[] =>
  resources.flatMap((one) => (one.ssh ? [{ infrastructure: name, machine: one.name, id: one.id, ssh: one.ssh }] : []))

/** A firewall that was changed lets in a moment later. */
const tries = 6
const betweenMs = 3_000

/** The machines that do not let this computer in, and what ssh said. A key that is refused has been let in. */
export async function keptOut(
  targets: readonly Target[],
  dataDir: string,
): Promise<{ machine: string; why: string }[]> {
  const tried = await Promise.all(
    targets.map(async (target) => ({ machine: target.machine, why: await tryUntilIn(target, dataDir) })),
  )
  return tried.flatMap(({ machine, why }) => (why === undefined ? [] : [{ machine, why }]))
}

async function tryUntilIn(target: Target, dataDir: string): Promise<string | undefined> {
  for (let n = 1; ; n++) {
    const why = await tryOnce(target, dataDir)
    if (why === undefined || n === tries) return why
    await pause(betweenMs)
  }
}

async function tryOnce(target: Target, dataDir: string): Promise<string | undefined> {
  const options = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=5']
  const args = [...options, ...sshArguments(target, writeKnownHosts(target, dataDir), ['true'])]
  try {
    await promisify(execFile)('ssh', args, { timeout: 15_000 })
    return undefined
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr ?? error).trim()
    return said.includes('Permission denied') ? undefined : said || 'no answer'
  }
}
