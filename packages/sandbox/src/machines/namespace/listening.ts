/**
 * TCP ports that a machine answers at from outside, by its /proc/net/tcp and tcp6: those bound to every address or to its
 * own public one (`address`), not those bound to its loopback.
 */
export function listeningPorts(tables: string, address: string): number[] {
  const mine = ['00000000', '0'.repeat(32), hex(address), `0000000000000000FFFF0000${hex(address)}`]
  const ports = tables.split('\n').flatMap((line) => {
    const [, local, , state] = line.trim().split(/\s+/)
    const [bound, port] = local?.split(':') ?? []
    return state === listen && mine.includes(bound!) ? [Number.parseInt(port!, 16)] : []
  })
  return [...new Set(ports)].sort((a, b) => a - b)
}

const listen = '0A'

/** The kernel prints an address as the number it has in memory: little-endian on every platform that Node runs on. */
const hex = (address: string): string =>
  address
    .split('.')
    .reverse()
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase()
