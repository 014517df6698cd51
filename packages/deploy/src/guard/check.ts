import type { HealthCheck } from '../config/schema.ts'
import type { Connected } from '../machine/machine.ts'
import { opened, tryOnce } from '../perform/probe.ts'
import type { Verdict } from './judge.ts'

/** RFC 4254, 5.1: the other side could not connect, and knew that at once. */
const connectFailed = 2
/** As long as nginx waits. */
const connectMs = 1000

/** Asks a target for its health, from the load balancer's machine. */
export async function check(
  master: Connected,
  { address, port }: { address: string; port: number },
  health: HealthCheck,
  signal: AbortSignal,
): Promise<Verdict> {
  let refused = false
  let broke = false
  const open = async () => {
    const late = AbortSignal.timeout(connectMs)
    try {
      return await opened(() => master.connect(address, port), AbortSignal.any([signal, late]))
    } catch (error) {
      if (late.aborted) throw new Error(`${address}:${port} took no connection within ${connectMs / 1000} s`)
      refused = ((error as Error).cause as { reason?: unknown } | undefined)?.reason === connectFailed
      broke = !refused
      throw error
    }
  }
  const wrong = await tryOnce(open, health, signal)
  if (wrong === undefined) return { kind: 'well' }
  // The connection to the master broke, which says nothing of the target.
  return broke ? { kind: 'unknown' } : { kind: 'wrong', reason: wrong, sure: refused }
}
