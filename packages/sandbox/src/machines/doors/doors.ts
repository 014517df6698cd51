import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { type BlackHole, blackHole } from './black-hole.ts'

/** How a machine's ports look from this computer; any other port refuses. */
export interface DoorPlan {
  /** Answered. */
  open: readonly number[]
  /** Connecting times out. */
  dropped: readonly number[]
}

export interface Doors {
  /** Makes the ports so; a port that something else on this computer holds is told of and left. */
  set(plan: DoorPlan): Promise<void>
}

/** The ports of one address. `serve` gets a listening server for each open one (connections come paused), and gives what closes it again. */
export function doorsOf(
  address: string,
  serve: (server: Server, port: number) => () => unknown,
  log: (line: string) => void,
): Doors {
  const open = new Map<number, () => unknown>()
  let dropped: { ports: string; hole?: BlackHole } = { ports: '' }
  let last: Promise<void> = Promise.resolve()

  const tryOpen = async (port: number) => {
    const server = createServer({ noDelay: true, pauseOnConnect: true })
    try {
      server.listen({ host: address, port, exclusive: true, backlog: 511 })
      await once(server, 'listening')
      open.set(port, serve(server, port))
    } catch (error) {
      server.close()
      log(`${address}:${port} cannot be opened: ${(error as Error).message}`)
    }
  }
  const tryDrop = async (ports: readonly number[]) => {
    dropped.hole?.close()
    dropped = { ports: ports.join() }
    if (ports.length === 0) return
    dropped.hole = await blackHole(address, ports).catch((error: Error) => {
      log(`${address}: ports ${ports.join(', ')} refuse instead of timing out: ${error.message}`)
      return { close() {} }
    })
  }
  const change = async (plan: DoorPlan) => {
    for (const [port, close] of open) if (!plan.open.includes(port) && open.delete(port)) await close()
    const toDrop = [...new Set(plan.dropped)].sort((a, b) => a - b).filter((port) => !plan.open.includes(port))
    if (dropped.ports !== toDrop.join()) await tryDrop(toDrop)
    for (const port of plan.open) if (!open.has(port)) await tryOpen(port)
  }
  return {
    set(plan) {
      last = last.then(() => change(plan))
      return last
    },
  }
}
