import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

/** The lowest port that this process may listen at. */
const lowestPort = (): number => {
  if (process.getuid?.() === 0) return 1
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'))
  } catch {
    return 1024
  }
}

/**
 * Where on this computer a machine's port is found: at the same port, but for an ordinary user 10,000 above those that only
 * root may listen at (80 at 10080, 443 at 10443, as for load balancers), unless the machine itself listens there.
 */
export const portHere = (port: number, lowest = lowestPort()): number => (port < lowest ? port + 10_000 : port)

/** The ports of this computer that stand for those of a machine: here → there. */
export function portsHere(ports: readonly number[], lowest = lowestPort()): Map<number, number> {
  const found = new Map<number, number>()
  for (const port of ports) if (port >= lowest) found.set(port, port)
  for (const port of ports) if (!found.has(portHere(port, lowest))) found.set(portHere(port, lowest), port)
  return found
}

/** 22 where this process may listen at it on addresses of machines; 2222 for an ordinary user, or where a daemon holds 22 everywhere. */
export async function chooseSshPort(): Promise<22 | 2222> {
  const server = createServer()
  try {
    server.listen({ host: '127.77.255.254', port: 22, exclusive: true })
    await once(server, 'listening')
    return 22
  } catch {
    return 2222
  } finally {
    server.close()
  }
}
