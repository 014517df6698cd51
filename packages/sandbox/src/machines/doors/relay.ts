import { connect, type Socket } from 'node:net'

/** Joins a connection from this computer to a port of a machine; `sockets` holds both ends as long as they live. */
export function relay(outer: Socket, address: string, port: number, sockets: Set<Socket>): void {
  const inner = connect({ host: address, port, noDelay: true, allowHalfOpen: true })
  outer.setNoDelay(true)
  outer.pipe(inner).pipe(outer)
  for (const [one, other] of [
    [outer, inner],
    [inner, outer],
  ] as const) {
    sockets.add(one)
    one.on('error', () => other.resetAndDestroy())
    one.on('close', () => {
      sockets.delete(one)
      if (!other.writableEnded) other.destroy()
    })
  }
}
