import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

export interface BlackHole {
  /** The ports are free again once this resolves. */
  close(): Promise<void>
}

/**
 * Ports at which connecting times out, as at a cloud's firewall or a dead machine. Nothing but a packet filter drops
 * packets on purpose, and that needs root; but a listening socket whose queue is full drops them as well. So: a queue of
 * one, filled by ourselves, held by a process that never accepts (`cat`, which ends when we do). Linux queues one more
 * than asked; macOS may answer the first few connections before it drops.
 */
export async function blackHole(address: string, ports: readonly number[]): Promise<BlackHole> {
  const servers: Server[] = []
  try {
    for (const port of ports) servers.push(await listen(address, port))
  } catch (error) {
    for (const server of servers) server.close()
    throw error
  }
  const holder = spawn('cat', [], { stdio: ['pipe', 'ignore', 'ignore', ...servers.map(descriptor)], env: {} })
  await once(holder, 'spawn')
  for (const server of servers) server.close()
  const fillers = ports.flatMap((port) => [fill(address, port), fill(address, port)])
  await Promise.all(fillers.map(({ filled }) => filled))
  return {
    close() {
      for (const { socket } of fillers) socket.destroy()
      return end(holder)
    },
  }
}

async function listen(address: string, port: number): Promise<Server> {
  const server = createServer()
  server.listen({ host: address, port, backlog: 1, exclusive: true })
  await once(server, 'listening')
  return server
}

/** `spawn` takes descriptors; a server shows its own only on its handle. */
const descriptor = (server: Server): number => (server as unknown as { _handle: { fd: number } })._handle.fd

function fill(address: string, port: number): { socket: Socket; filled: Promise<void> } {
  const socket = connect(port, address)
  const filled = new Promise<void>((resolve) => {
    socket.once('connect', resolve)
    // Where the queue was full already, the second one waits for ever.
    setTimeout(resolve, 200).unref()
  })
  socket.on('error', () => {})
  socket.unref()
  return { socket, filled }
}

async function end(holder: ChildProcess): Promise<void> {
  if (holder.exitCode !== null || holder.signalCode !== null) return
  holder.kill('SIGKILL')
  await once(holder, 'exit')
}
