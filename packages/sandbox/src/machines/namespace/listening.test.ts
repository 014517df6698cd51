import { expect, test } from 'vitest'
import { listeningPorts } from './listening.ts'

const row = (local: string, state: string) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 1`
const table = (...rows: string[]) => ['  sl  local_address rem_address   st tx_queue', ...rows].join('\n')

test('what listens everywhere or at the public address is found, in IPv6 tables too, each port once', () => {
  const tables = [
    table(row('00000000:1F90', '0A'), row('05004D7F:0050', '0A')),
    table(row('00000000000000000000000000000000:1F90', '0A'), row('0000000000000000FFFF000005004D7F:01BB', '0A')),
  ].join('\n')
  expect(listeningPorts(tables, '127.77.0.5')).toEqual([80, 443, 8080])
})

test('loopback, the private address and connections that stand are not', () => {
  const tables = table(row('0100007F:1538', '0A'), row('05000A0A:0050', '0A'), row('00000000:0051', '01'))
  expect(listeningPorts(tables, '127.77.0.5')).toEqual([])
})
