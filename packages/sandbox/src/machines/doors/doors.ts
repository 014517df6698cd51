import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { portsHere } from '../ports-here.ts'
import { type BlackHole, blackHole } from './black-hole.ts'

/** How a machine's ports look from this computer, where each is at its place by `portsHere`; any other port refuses. */
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
  /** By the port of this computer. */
  const open = new Map<number, { port: number; close: () => unknown }>()
  let dropped: { ports: string; hole?: BlackHole | undefined } = { ports: '' }
  let last: Promise<void> = Promise.resolve()

  const tryOpen = async (here: number, port: number) => {
    const server = createServer({ noDelay: true, pauseOnConnect: true })
    try {
      server.listen({ host: address, port: here, exclusive: true, backlog: 511 })
      await once(server, 'listening')
      open.set(here, { port, close: serve(server, port) })
    } catch (error) {
      server.close()
      log(`${address}:${here} cannot be opened: ${(error as Error).message}`)
    }
  }
  const tryDrop = async (ports: readonly number[]) => {
    await dropped.hole?.close()
    dropped = { ports: ports.join() }
    if (ports.length === 0) return
    dropped.hole = await blackHole(address, ports).catch((error: Error) => {
      log(`${address}: ports ${ports.join(', ')} refuse instead of timing out: ${error.message}`)
      return undefined
    })
  }
  const change = async (plan: DoorPlan) => {
    const wanted = portsHere(plan.open)
    for (const [here, { port, close }] of open) if (wanted.get(here) !== port && open.delete(here)) await close()
    const toDrop = [...portsHere(plan.dropped).keys()].sort((a, b) => a - b).filter((here) => !wanted.has(here))
    if (dropped.ports !== toDrop.join()) await tryDrop(toDrop)
    for (const [here, port] of wanted) if (!open.has(here)) await tryOpen(here, port)
  }
  return {
    set(plan) {
      last = last.then(() => change(plan))
      return last
    },
  }
}
