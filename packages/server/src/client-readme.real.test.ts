import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { recordsOnly, serverOf, serverOfFile } from './server.fixture.ts'

// Beside the server, because the client's own room cannot start one.
const room = join(import.meta.dirname, '../../client')
const page = readFileSync(join(room, 'README.md'), 'utf8')
const examples = [...page.matchAll(/^## (.+)$[\s\S]*?```ts\n([\s\S]*?)```/gm)].map(([, title, code]) => ({
  title,
  code,
}))

/** What each prints, in the order of the page. */
const printed = [
  /^Atlas \S+ is ok$/m,
  /^create data: .+\noperation queued, 1 step$/m,
  /^deployment\.completed$/m,
  /^shop: \w+$/m,
  /^not_found: /m,
]

const dataDir = serverOfFile(recordsOnly)
// Within the room, so that its imports are found.
const scripts = mkdtempSync(join(room, '.readme-'))

afterAll(() => rmSync(scripts, { recursive: true }))

test('the README has an example for each of five uses', () => {
  expect(examples).toHaveLength(printed.length)
})

test.each(examples.map((example, i) => ({ ...example, i })))('README: $title', async ({ code, i }) => {
  const { url, token } = serverOf(dataDir)
  const script = join(scripts, `${i}.ts`)
  writeFileSync(script, code!)
  const env = { PATH: process.env.PATH, ATLAS_URL: url, ATLAS_TOKEN: token }
  const { stdout } = await promisify(execFile)(process.execPath, [script], { env })
  expect(stdout).toMatch(printed[i]!)
})
