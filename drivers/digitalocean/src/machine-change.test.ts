import { expect, test } from 'vitest'
import { hashOf, machineChange } from './machine-change.ts'

const want = {
  size: 's-1vcpu-1gb',
  image: 'ubuntu-24-04-x64',
  ssh_keys: ['1'],
  backups: false,
  monitoring: true,
  ipv6: false,
  tags: ['web', 'blue'],
}
const live = {
  size: 's-1vcpu-1gb',
  image: 'ubuntu-24-04-x64',
  backups: false,
  ipv6: false,
  tags: ['blue', 'web'],
  power: 'on',
  disk_gb: 25,
  vpc: 'default',
}

test('order of tags, keys of the first boot and the default network make no difference', () => {
  expect(machineChange(want, live)).toEqual({ kind: 'unchanged' })
  expect(machineChange({ ...want, ssh_keys: ['2'], monitoring: false }, live)).toEqual({ kind: 'unchanged' })
})

test('a larger size is made in place: with what stops, and what cannot be taken back', () => {
  const change = machineChange({ ...want, size: 's-2vcpu-4gb' }, live)
  expect(change).toMatchObject({ kind: 'update', fields: [{ field: '/size', from: 's-1vcpu-1gb', to: 's-2vcpu-4gb' }] })
  expect(change.kind === 'update' && change.risk?.downtime).toMatch(/powered off.*grows to 80 GB for good/)
})

test('a size whose disk is smaller needs another machine', () => {
  const change = machineChange(want, { ...live, size: 's-2vcpu-4gb', disk_gb: 80 })
  expect(change).toMatchObject({ kind: 'replace', reason: 'its disk of 80 GB does not fit s-1vcpu-1gb' })
})

test('a machine that was switched off is switched on', () => {
  const change = machineChange(want, { ...live, power: 'off' })
  expect(change).toMatchObject({ kind: 'update', fields: [{ field: '/power', from: 'off', to: 'on' }] })
})

test.each([
  [true, { plan: 'weekly', weekday: 'TUE', hour: 8 }, 'unchanged'],
  [{ plan: 'weekly' }, { plan: 'weekly', weekday: 'TUE', hour: 8 }, 'unchanged'],
  [{ plan: 'weekly', hour: 12 }, { plan: 'weekly', weekday: 'TUE', hour: 8 }, 'update'],
  [{ plan: 'daily' }, { plan: 'weekly', weekday: 'TUE', hour: 8 }, 'update'],
  [{ plan: 'daily' }, { plan: 'daily', hour: 8 }, 'unchanged'],
  [true, false, 'update'],
  [false, { plan: 'daily', hour: 8 }, 'update'],
])('backups %j where there are %j: %s', (wanted, there, kind) => {
  expect(machineChange({ ...want, backups: wanted }, { ...live, backups: there }).kind).toBe(kind)
})

test('user data is compared by its hash: another text needs another machine, and is shown in no plan', () => {
  const user_data = '#!/bin/sh\nPASSWORD=hunter2\n'
  expect(machineChange({ ...want, user_data }, { ...live, user_data: hashOf(user_data) }).kind).toBe('unchanged')
  const change = machineChange({ ...want, user_data }, { ...live, user_data: hashOf('#!/bin/sh\n') })
  expect(change.kind).toBe('replace')
  expect(JSON.stringify(change)).not.toContain('hunter2')
})
