// Writes openapi.json, from which the client is generated:  npm run generate
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openApiDocument } from '../src/document.ts'

writeFileSync(join(import.meta.dirname, '../openapi.json'), `${JSON.stringify(await openApiDocument(), null, 2)}\n`)
