import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

// Each room may import only what stands to its left (architecture.md). The package.json files say who imports whom,
// Biome's noUndeclaredDependencies holds the code to them, and this holds them to the direction.
const mayImport: Record<string, string[]> = {
  '@atlas/core': [],
  '@atlas/postgres': [],
  '@atlas/driver-digitalocean': ['@atlas/core'],
  '@atlas/driver-memory': ['@atlas/core'],
  '@atlas/driver-conformance': ['@atlas/core'],
  '@atlas/blueprints': ['@atlas/core'],
  '@atlas/vault': ['@atlas/core'],
  '@atlas/engine': ['@atlas/core'],
  '@atlas/store': ['@atlas/core', '@atlas/engine', '@atlas/postgres'],
  '@atlas/deploy': ['@atlas/core', '@atlas/engine'],
  '@atlas/api': ['@atlas/core', '@atlas/engine', '@atlas/store'],
  '@atlas/client': ['@atlas/core'],
  '@atlas/mcp': ['@atlas/client', '@atlas/core'],
  // The demo begins a machine's engine as a deploy does: ADR 2.
  '@atlas/cli': ['@atlas/deploy', '@atlas/client', '@atlas/core', '@atlas/blueprints', '@atlas/mcp'],
  // A cloud of its own: it knows nothing of Atlas. The supervisor of PostgreSQL knows nothing of Atlas either.
  '@atlas/sandbox': ['@atlas/postgres'],
}

/** The composition root and what stands outside the product may import everything. */
const free = new Set(['@atlas/server', '@atlas/bench', '@atlas/tests'])

const root = join(import.meta.dirname, '../..')
const rooms = globSync(['packages/*/package.json', 'drivers/*/package.json', 'blueprints/package.json'], { cwd: root })

test.each(rooms)('%s imports only what stands to its left', (file) => {
  const { name, dependencies = {} } = JSON.parse(readFileSync(join(root, file), 'utf8')) as {
    name: string
    dependencies?: Record<string, string>
  }
  if (free.has(name)) return
  const allowed = mayImport[name]
  expect(allowed, `${name} has no place in the direction of imports yet: give it one here`).toBeDefined()
  const imported = Object.keys(dependencies).filter((dependency) => dependency.startsWith('@atlas/'))
  expect(imported.filter((dependency) => !allowed?.includes(dependency))).toEqual([])
})

test.each(rooms)('%s reaches no other room by a path', (file) => {
  const room = dirname(join(root, file))
  const sources = globSync('src/**/*.ts', { cwd: room }).map((path) => join(room, path))
  const strays = sources.filter((path) =>
    [...readFileSync(path, 'utf8').matchAll(/from '(\.[^']*)'/g)].some(
      ([, target]) => !join(dirname(path), target!).startsWith(room),
    ),
  )
  expect(strays).toEqual([])
})
