// Writes src/generated/api.ts: the types of those operations of DigitalOcean's API that the driver calls.
// Run after the official document changed:  ATLAS_SPECS=../shared/specs node drivers/digitalocean/scripts/generate-types.ts
// openapi-typescript needs an older TypeScript than this repository's, so npx brings both for this run alone.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scope } from './scope.ts'

type Node = { [key: string]: unknown }

const repository = join(import.meta.dirname, '../../..')
const source = join(process.env.ATLAS_SPECS ?? join(repository, '../shared/specs'), 'digitalocean.openapi.json')
const target = join(import.meta.dirname, '../src/generated/api.ts')

const document = JSON.parse(readFileSync(source, 'utf8')) as { paths: Node; components: Node }

const pointer = (ref: string) =>
  ref
    .slice(2)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
const at = (path: string[]) => path.reduce<unknown>((node, key) => (node as Node)[key], document)

/** The operations in scope, with their successful answers only: what goes wrong has one shape for all (src/errors.ts). */
function operations(): Node {
  return Object.fromEntries(
    Object.entries(scope).map(([path, methods]) => {
      const item = document.paths[path] as Node | undefined
      if (!item) throw new Error(`${path} is not in ${source}`)
      const kept = methods.map((method) => {
        const operation = item[method] as Node | undefined
        if (!operation) throw new Error(`${method} ${path} is not in ${source}`)
        const { parameters, requestBody, responses } = operation
        const successes = Object.entries(responses as Node).filter(([status]) => status.startsWith('2'))
        return [method, { parameters, requestBody, responses: Object.fromEntries(successes) }]
      })
      return [path, { parameters: item.parameters, ...Object.fromEntries(kept) }]
    }),
  )
}

/** Texts and examples make nine tenths of the document and no types. Inside `properties` the keys are names of fields. */
function withoutTexts(node: unknown, names = false): unknown {
  if (Array.isArray(node)) return node.map((item) => withoutTexts(item))
  if (typeof node !== 'object' || node === null) return node
  const noise = names ? [] : ['description', 'example', 'examples', 'title', 'headers', 'deprecated', 'externalDocs']
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => !noise.includes(key) && !(key.startsWith('x-') && !names))
      .map(([key, value]) => [key, withoutTexts(value, key === 'properties' && !names)]),
  )
}

/** Copies everything that is referred to, and what that refers to. */
function components(node: unknown, kept: Node = {}): Node {
  for (const [, ref] of JSON.stringify(node).matchAll(/"\$ref":"([^"]+)"/g)) {
    const [, section = '', name = ''] = pointer(ref!)
    const found = (kept[section] ?? {}) as Node
    if (name in found) continue
    found[name] = withoutTexts(at(pointer(ref!)))
    kept[section] = found
    components(found[name], kept)
  }
  return kept
}

const paths = withoutTexts(operations()) as Node
const folder = mkdtempSync(join(tmpdir(), 'atlas-types-'))
try {
  const pruned = join(folder, 'pruned.json')
  const info = { title: 'DigitalOcean API, as far as the driver calls it', version: '2.0' }
  writeFileSync(pruned, JSON.stringify({ openapi: '3.0.0', info, paths, components: components(paths) }))
  const npx = ['-y', '-p', 'typescript@5.9.3', '-p', 'openapi-typescript@7.13.0', 'openapi-typescript']
  execFileSync('npx', [...npx, pruned, '-o', target, '--default-non-nullable=false', '--empty-objects-unknown'], {
    cwd: folder,
    stdio: 'inherit',
  })
} finally {
  rmSync(folder, { recursive: true })
}
