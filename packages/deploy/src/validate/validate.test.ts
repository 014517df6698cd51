import type { JsonObject } from '@atlas/core'
import { expect, test } from 'vitest'
import { aimed } from '../perform/aim.ts'
import { firstDeploy, servingAfter } from '../plan/input.fixture.ts'
import { portOf, siteOf } from '../plan/site.ts'
import type { Running } from '../platforms/platform.ts'
import { mainFiles } from '../proxies/nginx/main-files.ts'
import { siteFiles } from '../proxies/nginx/render.ts'
import type { MachineSight } from './look.ts'
import type { Records } from './records.ts'
import { validate } from './validate.ts'

const input = firstDeploy()
const { spec, release } = servingAfter(input)
const place = { project: 'hostomatic', environment: 'uat' as const }
const machines = [input.master, ...input.webs]
const records: Records = {
  infrastructure: 'fleet',
  machines,
  served: [{ ...place, release, spec }],
  ports: spec.ports,
  changing: new Set(),
}
const instance = (service: string, more: Partial<Running> = {}): Running => {
  return { service, slot: spec.running[service]?.slot ?? 'a', release, alive: true, since: null, ...more }
}
const backendPort = portOf(spec, { name: 'backend' })
const listener = (port: number, more: Partial<MachineSight['listening'][number]> = {}) => ({
  port,
  pid: 7,
  program: 'node',
  instance: `/var/lib/atlas/lanes/hostomatic.uat/run/${spec.running.backend!.slot}-backend`,
  ...more,
})
const files = { ...mainFiles, ...siteFiles(siteOf(place, spec, input.webs)) }
const idle = { runs: false, files: {} }
const web = (more: Partial<MachineSight> = {}): MachineSight => ({
  running: new Map([['hostomatic.uat', [instance('backend'), instance('frontend')]]]),
  listening: [listener(backendPort)],
  proxies: { nginx: idle, builtin: idle },
  ...more,
})
const master = (more: Partial<MachineSight['proxies']['nginx']> = {}): MachineSight => ({
  running: new Map(),
  listening: [],
  proxies: { nginx: { runs: true, files, ...more }, builtin: idle },
})
const found = (sights: Record<string, MachineSight | Error> = {}, more: Partial<Records> = {}) => {
  const all = { master: master(), web1: web(), web2: web(), ...sights }
  const findings = validate({ ...records, ...more }, new Map(Object.entries(all)))
  return findings.map(({ code, where, found, hint }) => ({ code, where, found, hint }))
}
const again = `atlas rollback hostomatic uat --tag ${release}`
const running = (...all: Running[]) => web({ running: new Map([['hostomatic.uat', all]]) })

test('nothing is found where records, machines and load balancer agree', () => {
  expect(found()).toEqual([])
})

test('a machine that is gone, or was made anew, is told from one that does not answer', () => {
  const [, , web2] = machines
  const replaced = [...machines.slice(0, 2), { ...web2!, id: '99' }]
  expect(found({}, { machines: machines.slice(0, 2) })).toContainEqual({
    code: 'machine_missing',
    where: 'hostomatic uat on web2',
    found: 'no machine web2',
    hint: 'atlas repair fleet',
  })
  expect(found({}, { machines: replaced })).toContainEqual({
    code: 'machine_replaced',
    where: 'hostomatic uat on web2',
    found: 'another machine, id 99',
    hint: again,
  })
  expect(found({ web2: new Error('web2 did not answer within 10 s') })).toMatchObject([
    { code: 'machine_silent', where: 'web2', found: 'web2 did not answer within 10 s' },
  ])
})

test.each<[string, MachineSight, string, string]>([
  ['is not there', running(instance('frontend')), 'instance_missing', 'nothing of it'],
  [
    'has ended',
    running(instance('backend', { alive: false }), instance('frontend')),
    'instance_stopped',
    'it has ended',
  ],
  [
    'runs another release',
    running(instance('backend', { release: 'v0' }), instance('frontend')),
    'instance_differs',
    'v0 runs there',
  ],
])('an instance that %s is found', (_, sight, code, is) => {
  expect(found({ web1: sight })).toMatchObject([{ code, where: 'hostomatic uat backend on web1', found: is }])
})

test('what runs and is on no record is found', () => {
  const other = spec.running.backend!.slot === 'a' ? 'b' : 'a'
  const stray = running(instance('backend'), instance('frontend'), instance('backend', { slot: other, release: 'v0' }))
  expect(found({ web1: stray })).toEqual([
    { code: 'instance_stray', where: 'hostomatic uat backend on web1', found: `v0 runs in slot ${other}`, hint: again },
  ])
  const lane = web({ running: new Map([...web().running, ['gone.prod', [instance('web', { slot: 'a' })]]]) })
  expect(found({ web1: lane })).toMatchObject([{ code: 'instance_stray', where: 'gone prod web on web1' }])
})

test('a port of a service that somebody else listens at is found with who that is', () => {
  const taken = web({ listening: [listener(backendPort, { instance: null, program: 'python3', pid: 12 })] })
  expect(found({ web1: taken })).toEqual([
    {
      code: 'port_taken',
      where: `web1:${backendPort}`,
      found: 'python3 (process 12) listens there',
      hint: 'atlas ssh web1 -- kill 12',
    },
  ])
})

test('the live routes are held against the rendered ones, line by line', () => {
  const path = 'sites/hostomatic.uat.http.conf'
  const edited = { ...files, [path]: files[path]!.replace('10.0.0.3', '10.0.0.9') }
  expect(found({ master: master({ files: edited }) })).toMatchObject([
    {
      code: 'route_differs',
      where: `master:/etc/atlas/nginx/live/${path}`,
      found: expect.stringMatching(/^line \d+: server 10\.0\.0\.9/),
    },
  ])
  const { [path]: _, ...without } = files
  expect(found({ master: master({ files: without }) })).toMatchObject([
    { code: 'route_differs', found: 'no such file' },
  ])
  expect(found({ master: master({ runs: false }) })).toMatchObject([{ code: 'balancer_down', where: 'master' }])
  const old = { ...files, 'sites/gone.prod.paths.conf': '' }
  expect(found({ master: master({ files: old }) })).toMatchObject([
    { code: 'route_stray', found: 'routes of gone prod' },
  ])
})

test('of an environment that an operation is changing nothing is said', () => {
  expect(found({ web1: running() }, { changing: new Set(['hostomatic.uat']) })).toEqual([])
})

test('a load balancer of the cloud that sends elsewhere, or is gone, is told', () => {
  const balancers = { backend: 'lb-backend', frontend: 'lb-frontend' }
  const balanced = { ...spec, balancers, ids: { ...spec.ids, 'lb-backend': '91', 'lb-frontend': '92' } }
  const rule = { entry_protocol: 'http', entry_port: 80, target_protocol: 'http', target_port: 80 }
  const at = (service: string, ids: string[]) => {
    const { health } = balanced.services.find(({ name }) => name === service)!
    return aimed({ forwarding_rules: [rule] }, { port: portOf(balanced, { name: service }), ids, health })
  }
  const look = (seen: [string, JsonObject | Error][]) =>
    found(
      { master: { ...master(), proxies: { nginx: idle, builtin: idle } } },
      { served: [{ ...place, release, spec: balanced }], balancers: new Map(seen) },
    )
  const well: [string, JsonObject] = ['lb-frontend', at('frontend', ['3', '2'])]
  expect(look([['lb-backend', at('backend', ['2', '3'])], well])).toEqual([])
  expect(look([['lb-backend', at('backend', ['2'])], well])).toMatchObject([
    { code: 'route_differs', where: 'lb-backend', found: expect.stringContaining('of web1, where'), hint: again },
  ])
  expect(look([well])).toMatchObject([{ code: 'balancer_down', where: 'lb-backend' }])
})
