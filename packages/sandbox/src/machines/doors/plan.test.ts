import { expect, test } from 'vitest'
import { portHere, portsHere } from '../ports-here.ts'
import { doorPlan } from './plan.ts'

const reach = { on: true, cut: false, firewall: undefined, ports: [8080], sshPort: 22 }
const onlySsh = [{ protocol: 'tcp' as const, ports: { from: 22, to: 22 }, sources: ['0.0.0.0/0'], machines: [] }]

test('a machine that is on answers where it listens, and refuses elsewhere', () => {
  expect(doorPlan(reach)).toEqual({ open: [8080, 22], dropped: [] })
})

test.each([{ on: false }, { cut: true }])('one that is %o times out where it answered', (state) => {
  expect(doorPlan({ ...reach, ...state })).toEqual({ open: [], dropped: [8080, 22] })
})

test('what a firewall closes times out, the web ports even where nothing listens', () => {
  expect(doorPlan({ ...reach, firewall: onlySsh })).toEqual({ open: [22], dropped: [8080, 80, 443] })
})

test('ports that only root may listen at are found 10,000 above, but never in the place of another', () => {
  expect([portHere(80, 1024), portHere(8080, 1024), portHere(80, 1)]).toEqual([10_080, 8080, 80])
  expect([...portsHere([80, 443, 10_080], 1024)]).toEqual([
    [10_080, 10_080],
    [10_443, 443],
  ])
})
