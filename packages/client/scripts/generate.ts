// Writes src/generated/api.ts, the types of the API, from its OpenAPI document:  npm run generate
// openapi-typescript needs an older TypeScript than this repository's, so npx brings both for this run alone.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const source = join(import.meta.dirname, '../../api/openapi.json')
const target = join(import.meta.dirname, '../src/generated/api.ts')
const npx = ['-y', '-p', 'typescript@5.9.3', '-p', 'openapi-typescript@7.13.0', 'openapi-typescript']

execFileSync('npx', [...npx, source, '-o', target, '--default-non-nullable=false', '--empty-objects-unknown'], {
  cwd: tmpdir(),
  stdio: 'inherit',
})
const digest = createHash('sha256').update(readFileSync(source)).digest('hex')
writeFileSync(target, `// of openapi.json, SHA-256 ${digest}\n${readFileSync(target, 'utf8')}`)
