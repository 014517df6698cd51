import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Now } from './http.ts'
import type { Target } from './targets.ts'

/** Forwards connections as they are: tcp rules, and https that is passed through. */
export function tcpForwarder(now: () => Now): Server {
  return createServer({ allowHalfOpen: true }, (incoming) => forward(incoming, []))

  function forward(incoming: Socket, tried: Target[]): void {
    incoming.on('error', () => incoming.destroy())
    const { balancer, port, pick } = now()
    const target = pick(undefined, tried)
    if (!target) return void incoming.destroy()
    const options = { host: target.address, port, localAddress: balancer.address, allowHalfOpen: true }
    const outgoing = connect(options)
    target.busy += 1
    let connected = false
    outgoing.on('connect', () => {
      connected = true
      if (balancer.settings.enable_proxy_protocol) outgoing.write(proxyLine(incoming))
      incoming.pipe(outgoing).pipe(incoming)
    })
    outgoing.on('error', () => (connected ? incoming.destroy() : forward(incoming, [...tried, target])))
    outgoing.on('close', () => (target.busy -= 1))
    incoming.on('close', () => outgoing.destroy())
  }
}

/** The PROXY protocol, version 1: who really connects. */
function proxyLine({ remoteAddress, localAddress, remotePort, localPort }: Socket): string {
  return `PROXY TCP4 ${remoteAddress} ${localAddress} ${remotePort} ${localPort}\r\n`
}
