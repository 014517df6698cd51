import { type JsonObject, type Observed, withTargets } from '@atlas/core'
import { expect, test } from 'vitest'
import { digitalOceanDriver } from './driver.ts'

const { diff } = digitalOceanDriver({ token: 'secret' }).types.load_balancer!

const rule = (target_port: number, more: object = {}) => ({
  entry_protocol: 'http',
  entry_port: 80,
  target_protocol: 'http',
  target_port,
  tls_passthrough: false,
  ...more,
})
const described = {
  forwarding_rules: [rule(80)],
  health_check: { protocol: 'http', port: 80, path: '/' },
  nodes: 1,
  targets: 'deploys',
}
const turned = {
  forwarding_rules: [rule(8123)],
  health_check: { protocol: 'http', port: 8123, path: '/health' },
  nodes: 1,
  machines: ['7', '8'],
}
const observed = (live: JsonObject): Observed => ({
  id: 'lb',
  physicalId: 'digitalocean:load_balancer:lb',
  name: 'front',
  stamp: undefined,
  phase: 'ready',
  attributes: {},
  live,
})

test('what deploys have made of it is as described', () => {
  expect(diff(described, observed(turned))).toEqual({ kind: 'unchanged' })
  const { targets: _, ...plain } = described
  expect(diff({ ...plain, machines: [] }, observed(turned))).toMatchObject({ kind: 'update' })
})

test('where clients connect is as described, and the targets stay', () => {
  const secured = { ...described, forwarding_rules: [rule(80, { entry_port: 8080 })], nodes: 2 }
  expect(diff(secured, observed(turned))).toMatchObject({
    fields: [
      { field: '/forwarding_rules', to: [{ entry_port: 8080, target_port: 8123 }] },
      { field: '/nodes', to: 2 },
    ],
  })
})

test('it begins as described, with nobody to send to', () => {
  const { targets: _, ...plain } = described
  expect(withTargets(described)).toEqual({ ...plain, machines: [] })
})
