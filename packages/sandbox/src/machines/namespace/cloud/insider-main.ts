import { connect, createServer, type Server, type Socket } from 'node:net'
import type { InsiderAnswer, InsiderRequest } from './insider.ts'

// Runs in a machine's network (insider.ts). Connections are handed over before anything is read from them.
const servers = new Map<number, Server>()

const answer = (message: InsiderAnswer, connection?: Socket) => process.send?.(message, connection)

process.on('message', (request: InsiderRequest) => {
  if ('connect' in request) {
    const { connect: id, host, port } = request
    const socket = connect({ host, port, noDelay: true })
    socket.pause()
    socket.on('connect', () => answer({ connected: id }, socket))
    socket.on('error', ({ message }) => answer({ failed: id, message }))
  } else if ('listen' in request) {
    const { listen: id, host, port } = request
    const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => answer({ accepted: id }, socket))
    server.on('error', ({ message }) => answer({ failed: id, message }))
    server.listen(port, host, () => answer({ listening: id, port: (server.address() as { port: number }).port }))
    servers.set(id, server)
  } else {
    servers.get(request.close)?.close()
    servers.delete(request.close)
  }
})
process.on('disconnect', () => process.exit())
