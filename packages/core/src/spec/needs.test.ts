import { expect, test } from 'vitest'
import { digitalOcean } from '../cost/catalogue.ts'
import type { JsonObject } from '../json.ts'
import { resolveNeeds } from './needs.ts'
import { parseInfrastructure } from './parse.ts'

const machine = (more: JsonObject) => ({
  type: 'machine',
  name: 'web',
  specifications: { size: 's-1vcpu-1gb', ...more },
})
const database = (more: JsonObject) => ({ type: 'database', name: 'data', specifications: { engine: 'pg', ...more } })

/** Size and image that come of one resource. */
function resolved(resource: JsonObject, inUse = new Map<string, JsonObject>()) {
  const described = { name: 'shop', provider: 'digitalocean', region: 'nyc3', resources: [resource] }
  const { resources } = resolveNeeds(parseInfrastructure(described, digitalOcean, inUse), digitalOcean, inUse)
  const { size, image } = resources[0]!.specifications
  return { size, image }
}

test.each([
  [{ vcpus: 1, memory_gb: 0.5 }, 's-1vcpu-512mb-10gb'],
  [{ vcpus: 1, memory_gb: 1 }, 's-1vcpu-1gb'],
  [{ vcpus: 1, memory_gb: 1, disk_gb: 30 }, 's-1vcpu-1gb-35gb-intel'],
  [{ vcpus: 2, memory_gb: 3 }, 's-2vcpu-4gb'],
  [{ vcpus: 8, memory_gb: 60 }, 'm-8vcpu-64gb'],
])('a machine that needs %j is the cheapest that has it', (size, slug) => {
  expect(resolved(machine({ size })).size).toBe(slug)
})

test('a need is never met by a GPU, however large', () => {
  expect(() => resolved(machine({ size: { vcpus: 100, memory_gb: 1000 } }))).toThrowError(/No size is so large/)
})

test.each([
  [{ distribution: 'ubuntu', version: '24.04' }, 'ubuntu-24-04-x64'],
  [{ distribution: 'ubuntu', version: '22' }, 'ubuntu-22-04-x64'],
  [{ distribution: 'Debian' }, 'debian-13-x64'],
  [{ distribution: 'centos-stream' }, 'centos-stream-10-x64'],
])('an image of %j', (image, slug) => {
  expect(resolved(machine({ image })).image).toBe(slug)
})

test('a database that needs so much is the cheapest its engine and number of nodes can have', () => {
  expect(resolved(database({ size: { vcpus: 1, memory_gb: 1 } })).size).toBe('db-s-1vcpu-1gb')
  expect(resolved(database({ size: { vcpus: 1, memory_gb: 1 }, num_nodes: 2 })).size).toBe('db-s-1vcpu-2gb')
  expect(resolved(database({ engine: 'mysql', size: { vcpus: 2, memory_gb: 4 } })).size).toBe('db-s-2vcpu-4gb')
})

test('what a machine has stays as long as it meets the need, so that a new price list replaces nothing', () => {
  const inUse = new Map([['web', { size: 's-2vcpu-4gb-intel', image: 'ubuntu-22-04-x64' }]])
  const need = machine({ size: { vcpus: 2, memory_gb: 4 }, image: { distribution: 'ubuntu' } })
  expect(resolved(need, inUse)).toEqual({ size: 's-2vcpu-4gb-intel', image: 'ubuntu-22-04-x64' })
  expect(resolved(need)).toEqual({ size: 's-2vcpu-4gb', image: 'ubuntu-26-04-x64' })
})

test('an image that was withdrawn is still right for the machine that has it, and for no other', () => {
  const withdrawn = machine({ image: 'debian-12-x64' })
  expect(resolved(withdrawn, new Map([['web', { image: 'debian-12-x64' }]])).image).toBe('debian-12-x64')
  expect(() => resolved(withdrawn)).toThrowError(/debian-12-x64/)
})
