import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** A request that is still answered after this is cut off. Milliseconds. */
const patienceMs = 10_000

/**
 * Watches a server's connections, and gives the function that lets them go: at once where nothing is asked on them, else
 * after the answer. Node's own `closeIdleConnections` leaves a connection that never asked anything, as clients open them
 * in advance, for a minute.
 */
export function drainable(server: Server): () => void {
  const asking = new Map<Socket, number>()
  let ending = false
  const change = (socket: Socket, by: number) => {
    const left = (asking.get(socket) ?? 0) + by
    asking.set(socket, left)
    if (ending && left === 0) socket.end()
  }
  server.on('connection', (socket: Socket) => {
    change(socket, 0)
    socket.once('close', () => asking.delete(socket))
  })
  server.on('request', ({ socket }, response) => {
    change(socket, 1)
    response.once('close', () => asking.has(socket) && change(socket, -1))
  })
  return () => {
    ending = true
    for (const socket of asking.keys()) change(socket, 0)
    setTimeout(() => server.closeAllConnections(), patienceMs).unref()
  }
}
