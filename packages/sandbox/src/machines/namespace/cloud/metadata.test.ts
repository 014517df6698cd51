import { expect, test } from 'vitest'
import type { MachineSpec } from '../../backend.ts'
import { metadataAt } from './metadata.ts'

const spec = {
  id: 7,
  name: 'web1',
  userData: '#!/bin/sh\n',
  metadata: {
    droplet_id: 7,
    region: 'nyc3',
    public_keys: ['ssh-ed25519 one', 'ssh-ed25519 two'],
    interfaces: { public: [{ ipv4: { ip_address: '127.77.0.5' }, mac: 'a' }] },
  },
} as unknown as MachineSpec

test.each([
  ['/metadata/v1/id', '7'],
  ['/metadata/v1/hostname', 'web1'],
  ['/metadata/v1/public-keys', 'ssh-ed25519 one\nssh-ed25519 two'],
  ['/metadata/v1/interfaces', 'public/'],
  ['/metadata/v1/interfaces/public', '0/'],
  ['/metadata/v1/interfaces/public/0/ipv4/address', '127.77.0.5'],
  ['/metadata/v1/interfaces/public/0/', 'ipv4/\nmac'],
  ['/metadata/v1/user-data', '#!/bin/sh\n'],
])('%s', (path, body) => {
  expect(metadataAt(spec, path)?.body).toBe(body)
})

test('the whole is one JSON document, and what is not there is not answered', () => {
  expect(JSON.parse(metadataAt(spec, '/metadata/v1.json')!.body)).toMatchObject({ droplet_id: 7, hostname: 'web1' })
  for (const path of [
    '/',
    '/metadata',
    '/metadata/v1/nothing',
    '/metadata/v1/region/deeper',
    '/metadata/v1/constructor',
  ])
    expect(metadataAt(spec, path)).toBeUndefined()
})
