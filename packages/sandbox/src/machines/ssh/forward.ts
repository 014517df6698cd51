import type { Duplex } from 'node:stream'
import type { Connection } from 'ssh2'
import type { Inside } from './inside.ts'

/** `-L`: connections into the machine. `-R`: listening in the machine for the client. Ends with the connection. */
export function serveForwarding(connection: Connection, inside: Inside): void {
  const listening = new Map<string, { close(): void }>()

  connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
    inside.connect(destIP, destPort).then(
      (target) => join(accept(), target),
      () => reject(),
    )
  })

  connection.on('request', (accept, reject, name, info) => {
    if (name === 'tcpip-forward') {
      const { bindAddr, bindPort } = info
      const forward = (port: () => number) => (source: Duplex & { remoteAddress?: string; remotePort?: number }) =>
        connection.forwardOut(
          bindAddr,
          port(),
          source.remoteAddress ?? '127.0.0.1',
          source.remotePort ?? 0,
          (error, channel) => (error ? source.destroy() : join(source, channel)),
        )
      let port = bindPort
      inside
        .listen(
          listenAddress(bindAddr),
          bindPort,
          forward(() => port),
        )
        .then(
          (listener) => {
            port = listener.port
            listening.set(`${bindAddr}:${port}`, listener)
            accept?.(port)
          },
          () => reject?.(),
        )
    } else if (name === 'cancel-tcpip-forward') {
      const key = `${info.bindAddr}:${info.bindPort}`
      listening.get(key)?.close()
      if (listening.delete(key)) accept?.()
      else reject?.()
    } else reject?.()
  })

  connection.on('close', () => {
    for (const listener of listening.values()) listener.close()
  })
}

/** RFC 4254, 7.1: '' and '*' mean everywhere; sshd keeps to loopback unless GatewayPorts is set, and so does this. */
const listenAddress = (address: string): string =>
  ['', '*', 'localhost', '0.0.0.0', '::'].includes(address) ? '127.0.0.1' : address

function join(one: Duplex, other: Duplex): void {
  one.pipe(other).pipe(one)
  one.on('error', () => other.destroy())
  other.on('error', () => one.destroy())
  one.on('close', () => other.destroy())
  other.on('close', () => one.destroy())
}
