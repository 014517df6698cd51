import { createServer, type Server, type Socket } from 'node:net'
import type { Neighbour } from '../neighbours.ts'

/** Listens in the machines' network wherever a neighbour listens on this computer; hands over who comes, unread. */
export function entrancesFor(enter: (to: Neighbour, socket: Socket) => void): { set(all: readonly Neighbour[]): void } {
  const open = new Map<string, Server>()
  const keyOf = ({ address, port }: Neighbour) => `${address}:${port}`
  return {
    set(all) {
      const wanted = new Set(all.map(keyOf))
      for (const [key, server] of open) if (!wanted.has(key) && open.delete(key)) server.close()
      for (const neighbour of all.filter((one) => !open.has(keyOf(one)))) {
        const server = createServer({ pauseOnConnect: true }, (socket) => enter(neighbour, socket))
        server.on('error', () => open.delete(keyOf(neighbour)))
        server.listen(neighbour.port, neighbour.address)
        open.set(keyOf(neighbour), server)
      }
    },
  }
}
