import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'

/** A server on this computer at one of the cloud's own addresses: a load balancer, a managed database. */
export interface Neighbour {
  address: string
  port: number
}

/** TCP servers at 127.77.x.y, by this computer's /proc/net/tcp, but for those at `machines`' addresses. */
export function neighboursIn(table: string, machines: ReadonlySet<string>): Neighbour[] {
  return table.split('\n').flatMap((line) => {
    const [, local, , state] = line.trim().split(/\s+/)
    const [, low, high, port] = /^(..)(..)4D7F:(....)$/.exec(local ?? '') ?? []
    if (state !== '0A' || !port) return []
    const address = `127.77.${Number.parseInt(high!, 16)}.${Number.parseInt(low!, 16)}`
    return machines.has(address) ? [] : [{ address, port: Number.parseInt(port, 16) }]
  })
}

/** Tells of them whenever they have changed; looks twice a second, 0.1 ms each. */
export function watchNeighbours(
  machines: () => ReadonlySet<string>,
  tell: (all: Neighbour[]) => void,
): { stop(): void } {
  let last = ''
  const look = async () => {
    const found = neighboursIn(await readFile('/proc/net/tcp', 'latin1').catch(() => ''), machines())
    const text = JSON.stringify(found)
    if (text !== last) tell(found)
    last = text
  }
  const timer = setInterval(look, 500)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

/** Carries a machine's connection on to a neighbour, who sees the machine's own address. */
export function visit(socket: Socket, { address, port }: Neighbour, from: string): void {
  const there = connect({ host: address, port, localAddress: from, noDelay: true, allowHalfOpen: true })
  socket.pipe(there).pipe(socket)
  socket.on('error', () => there.destroy()).on('close', () => there.destroy())
  there.on('error', () => socket.resetAndDestroy()).on('close', () => socket.destroy())
}
