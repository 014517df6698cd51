import type { Duplex } from 'node:stream'
import { AtlasError } from '@atlas/core'
import type { Client } from 'ssh2'
import type { Listener } from './machine.ts'

const loopback = '127.0.0.1'

/** `ssh -R`: what connects to a port of the machine's loopback is handed over here. */
export function forwarding(name: string, client: Client): (each: (connection: Duplex) => void) => Promise<Listener> {
  const listening = new Map<number, (connection: Duplex) => void>()
  client.on('tcp connection', ({ destPort }, accept, reject) => {
    const each = listening.get(destPort)
    if (each) each(accept())
    else reject()
  })
  return (each) =>
    new Promise((resolve, reject) => {
      const fail = (cause: Error) => reject(forwardsNothing(name, cause))
      try {
        client.forwardIn(loopback, 0, (error, port) => {
          if (error) return fail(error)
          listening.set(port, each)
          resolve({ port, close: () => void (listening.delete(port) && unforward(client, port)) })
        })
      } catch (error) {
        fail(error as Error)
      }
    })
}

function unforward(client: Client, port: number): void {
  try {
    client.unforwardIn(loopback, port, () => {})
  } catch {
    // The connection has ended, and the port with it.
  }
}

const forwardsNothing = (name: string, cause: Error) =>
  new AtlasError('machine_refused', `${name} does not let its loopback be listened at by SSH: ${cause.message}.`, {
    cause,
    hint: 'Allow it in its /etc/ssh/sshd_config: AllowTcpForwarding yes',
  })
