import { isAtlasError } from '@atlas/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assignPorts, hashBasedPort } from './ports.ts'

const range = { base: 8000, size: 1000 }
const services = (...names: string[]) =>
  names.map((service) => ({ project: 'hostomatic', environment: 'prod', service }))

test('the port of a project and environment never changes: it is in the records of those who use it', () => {
  expect(hashBasedPort('hostomatic', 'prod', 8000, 1000)).toBe(8081)
  expect(hashBasedPort('hostomatic', 'uat', 8000, 1000)).not.toBe(8081)
})

test('a service has two ports, so that the new release can start beside the old one', () => {
  const [a, b] = assignPorts(services('backend'), [], range)
  expect([a!.slot, b!.slot]).toEqual(['a', 'b'])
  expect(a!.port).not.toBe(b!.port)
})

test('what was assigned stays where it is', () => {
  const before = assignPorts(services('backend'), [], range)
  const after = assignPorts(services('frontend', 'backend'), before, range)
  expect(after.filter(({ service }) => service === 'backend')).toEqual(before)
})

test('a collision goes to the next free port, around the end of the range, and is recorded', () => {
  const tight = { base: 9000, size: 4 }
  const [a, b] = assignPorts([{ ...services('backend')[0]!, port: 9003 }], [], tight)
  expect([a!.port, b!.port]).toEqual([9003, 9004])
  const [c] = assignPorts([{ ...services('frontend')[0]!, port: 9003 }], [a!, b!], tight)
  expect(c).toMatchObject({ port: 9000, derived: 9003 })
})

test('no two services ever share a port, whatever they are called, and the order of asking decides nothing twice', () => {
  const name = fc.stringMatching(/^[a-z]{1,6}$/)
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 100 }), (names) => {
      const made = assignPorts(services(...names), [], { base: 8000, size: 250 })
      expect(new Set(made.map(({ port }) => port)).size).toBe(names.length * 2)
      expect(made.every(({ port }) => port >= 8000 && port < 8250)).toBe(true)
      expect(assignPorts(services(...names), made, { base: 8000, size: 250 })).toEqual(made)
    }),
  )
})

test('a range that is full is an error that says what to type', () => {
  const full = () => assignPorts(services('one', 'two'), [], { base: 8000, size: 3 })
  expect(full).toThrow('All 3 ports from 8000 are assigned')
  try {
    full()
  } catch (error) {
    expect(isAtlasError(error, 'ports_exhausted') && error.hint).toContain('port_range')
  }
})
