import { expect, test } from 'vitest'
import { known } from './known.ts'

test('what waits for a machine becomes its address; a branch called ref stays one', async () => {
  const site = {
    routes: [{ targets: [{ address: { $after: 'web.4.private_ip' }, port: 1 }] }],
    source: { ref: 'main' },
  }
  const addressOf = async (machine: string) => ({ 'web.4': '10.0.0.9' })[machine]
  expect(await known(site, addressOf)).toEqual({
    routes: [{ targets: [{ address: '10.0.0.9', port: 1 }] }],
    source: { ref: 'main' },
  })
  await expect(known([{ $after: 'web5.private_ip' }], addressOf)).rejects.toThrow('web5 has no address')
})
