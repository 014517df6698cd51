import { expect, test } from 'vitest'
import { neighboursIn } from './neighbours.ts'

const row = (local: string, state: string) => `   1: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000`

test('servers at addresses of the cloud are neighbours, machines and other addresses are not', () => {
  const table = [
    row('07014D7F:0050', '0A'),
    row('07014D7F:0051', '01'),
    row('08014D7F:0016', '0A'),
    row('0100007F:1F90', '0A'),
    row('00000000:0016', '0A'),
  ].join('\n')
  expect(neighboursIn(table, new Set(['127.77.1.8']))).toEqual([{ address: '127.77.1.7', port: 80 }])
})
