import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

// `npm run bench -- <name> [options]`: a bench is the file of that name. Its last line is one JSON object.
const [name = '', ...options] = process.argv.slice(2)
const file = join(import.meta.dirname, `${name}.ts`)
const names = readdirSync(import.meta.dirname)
  .filter((one) => one.endsWith('.ts') && one !== 'main.ts' && !one.startsWith('_'))
  .map((one) => one.slice(0, -3))

if (!/^[a-z-]+$/.test(name) || !existsSync(file)) {
  console.error(`There is no bench ${name || 'without a name'}. Try one of: ${names.join(', ')}`)
  process.exit(2)
}
const { bench } = (await import(file)) as { bench(options: string[]): Promise<object> }
const result = await bench(options.filter((one) => one !== '--json'))
console.log(JSON.stringify(result))
process.exit(0)
