import { fleet } from '@atlas/blueprints'
import type { JsonObject } from '@atlas/core'
import { expect, test } from 'vitest'
import { adminAddressesIn, withAdminAddresses } from './rules.ts'

const fleetFor = (...adminIps: string[]) =>
  fleet.build({
    csv: 'Project,Servers,MasterSpec,WebSpec\nshop,1,s-1vcpu-1gb,s-1vcpu-1gb\n',
    adminIps,
    publicKey: 'ssh-ed25519 AAAA me',
  })

test('what a fleet lets in as administrators is found, and replaced it is what the CSV makes with the others', () => {
  const before = fleetFor('203.0.113.7', '198.51.100.0/24')
  expect(adminAddressesIn(before)).toEqual(['203.0.113.7/32', '198.51.100.0/24'])
  const after = withAdminAddresses(before, () => ['203.0.113.9/32', '198.51.100.0/24'])
  expect(after).toEqual(fleetFor('203.0.113.9', '198.51.100.0/24'))
})

test('a rule for everybody, one for another port, and references stay', () => {
  const rule = (ports: string, ...addresses: unknown[]) => ({ protocol: 'tcp', ports, sources: { addresses } })
  const inbound = [rule('22', '0.0.0.0/0'), rule('443', '203.0.113.7/32'), rule('22', { ref: 'net.ip_range' })]
  const description = {
    resources: [{ type: 'firewall', name: 'f', specifications: { inbound } }],
  } as never as JsonObject
  expect(adminAddressesIn(description)).toEqual([])
  expect(withAdminAddresses(description, () => [])).toEqual(description)
})
