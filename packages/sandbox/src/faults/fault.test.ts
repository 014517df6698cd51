import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { requestFaults, seeded } from './armed.ts'
import { fault } from './fault.ts'

test('the kinds of faults and their page in the documentation agree, in both directions', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/sandbox.md'), 'utf8')
  const table = page.slice(page.indexOf('| kind |'), page.indexOf('The first seven'))
  const documented = [...table.matchAll(/^\| `(\w+)` /gm)].map(([, kind]) => kind)
  const schema = JSON.stringify(z.toJSONSchema(fault, { io: 'input' }))
  const known = [...schema.matchAll(/"kind":\{"type":"string","const":"(\w+)"/g)].map(([, kind]) => kind)
  expect(known.length).toBeGreaterThan(5)
  expect(documented.sort()).toEqual(known.sort())
})

test('paths are matched whole, with * for any text', () => {
  const faults = requestFaults()
  const base = { probability: 1, seed: 1 }
  faults.arm(1, { ...base, kind: 'latency', ms: 5, path: '/v2/droplets/*', method: 'GET' })
  faults.arm(2, { ...base, kind: 'latency', ms: 7, path: '/v2/droplets' })
  expect(faults.judge('GET', '/v2/droplets/1').latencyMs).toBe(5)
  expect(faults.judge('POST', '/v2/droplets/1').latencyMs).toBe(0)
  expect(faults.judge('POST', '/v2/droplets').latencyMs).toBe(7)
  expect(faults.judge('POST', '/v2/dropletsx').latencyMs).toBe(0)
})

test('chance is spread evenly and repeats with its seed', () => {
  const [one, same] = [seeded(7), seeded(7)]
  const drawn = Array.from({ length: 2000 }, one)
  expect(Array.from({ length: 2000 }, same)).toEqual(drawn)
  expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true)
  expect(drawn.filter((value) => value < 0.3).length).toBeGreaterThan(500)
  expect(drawn.filter((value) => value < 0.3).length).toBeLessThan(700)
})
