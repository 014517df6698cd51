import { expect, test } from 'vitest'
import { notInEffect, noticeFor } from './notices.ts'

const all = { ssh: true, firewall: true, privateNetwork: true, ownPorts: true, cpuAndMemoryLimits: true }

test('a change says what it does not do here, and nothing where it does all', () => {
  expect(noticeFor('/v2/firewalls/1/rules', all)).toBeUndefined()
  expect(noticeFor('/v2/firewalls/1/rules', { ...all, firewall: false })).toContain('every port of a droplet is open')
  expect(noticeFor('/v2/droplets', { ...all, ssh: false })).toContain('no machine runs')
  expect(noticeFor('/v2/reserved_ips', all)).toContain('records only')
  expect(noticeFor('/v2/tags', { ...all, ssh: false })).toBeUndefined()
})

test('the whole list names each missing effect once', () => {
  const list = notInEffect({ ...all, cpuAndMemoryLimits: false })
  expect(list[0]).toBe('sizes limit neither CPU nor memory')
  expect(new Set(list).size).toBe(list.length)
})
