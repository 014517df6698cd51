import type { Socket } from 'node:net'

/** A connection at which nothing moves any more and nothing is lost: what is written to it waits. */
export function hold(socket: Socket): void {
  socket.pause()
  socket.cork()
}

export function release(socket: Socket): void {
  // Every cork wants its own uncork.
  while (socket.writableCorked > 0) socket.uncork()
  socket.resume()
}
