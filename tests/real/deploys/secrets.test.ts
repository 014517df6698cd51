import { statSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  commandLines,
  filesWith,
  type Machines,
  ofProcesses,
  type Stage,
  stage,
  tellsWhatItWasGiven,
  told,
} from '../../deploys/index.ts'

const name = 'SHOP_UAT_DB_PASSWORD'
const first = 'the first value, which is nowhere else'

let here: Stage & Machines

beforeAll(async () => {
  const made = await stage({ workers: 1, env: { LOG_LEVEL: 'trace' } })
  here = { ...made, ...(await made.machines(1)) }
  here.project.write('server.js', tellsWhatItWasGiven)
  here.project.commit(1, false)
}, 300_000)
afterAll(() => here?.close())

const type = (words: string[], input?: string) => {
  const { backend, frontend } = here.project.config.projects.shop!.services
  const services = { backend: { ...backend, secrets: ['db_password'] }, frontend }
  return here.atlas(words, { ...here.project.config, projects: { shop: { services } } }, input)
}
const ask = (service: string) => told(here.door, service)
const holders = (value: string) => ofProcesses('environ').filter((environ) => environ.includes(value))

test('a rotated value comes to what uses it in place of the one before, and nothing else is touched', async () => {
  expect(await type(['secrets', 'set', name], first)).toMatchObject({ exit: 0, stderr: '' })
  expect(await type(['deploy', 'uat', 'shop', '--yes'])).toMatchObject({ exit: 0, stderr: '' })
  const [backend, frontend] = [await ask('backend'), await ask('frontend')]
  expect([backend.db_password, frontend.db_password]).toEqual([first, undefined])
  expect(await filesWith(here.dataDir, first)).toHaveLength(1)

  const lines = commandLines()
  const rotated = await type(['secrets', 'rotate', name, '--deploy', '--yes'])
  const seen = await lines.stop()
  expect(rotated).toMatchObject({ exit: 0, stderr: '' })
  expect(rotated.stdout).toContain(
    `${name} has another value, version 2. Running with the one before: shop/uat/backend.`,
  )

  const after = await ask('backend')
  expect(after.db_password).toMatch(/^[A-Za-z0-9]{32}$/)
  expect(after.pid).not.toBe(backend.pid)
  expect((await ask('frontend')).pid).toBe(frontend.pid)
  for (const value of [first, after.db_password!]) {
    expect(seen.filter((line) => line.includes(value))).toEqual([])
    expect(rotated.stdout).not.toContain(value)
  }
  expect(seen.some((line) => line.includes('rotate'))).toBe(true)
}, 300_000)

test('of the value before nothing is left; the new one is with the service, and in one file that its user alone may read', async () => {
  const { db_password: password } = await ask('backend')
  expect(holders(first)).toEqual([])
  expect(await filesWith(here.dataDir, first)).toEqual([])
  expect(holders(password!).length).toBeGreaterThan(0)
  for (const environ of holders(password!)) expect(environ).toMatch(/ATLAS_INSTANCE=\S+\/[ab]-backend\0/)
  const files = await filesWith(here.dataDir, password!)
  expect(files).toEqual([expect.stringMatching(/\/run\/[ab]-backend\//)])
  expect(statSync(files[0]!).mode & 0o777).toBe(0o400)
}, 120_000)

test('what is unset stays with what runs, and the next deploy is refused before anything is touched', async () => {
  const before = await ask('backend')
  expect(await type(['secrets', 'unset', name, '--yes'])).toMatchObject({ exit: 0, stderr: '' })
  here.project.commit(2, false)
  for (const words of [
    ['deploy', 'uat', 'shop', '--yes'],
    ['redeploy', 'shop', 'uat', '--yes'],
  ]) {
    const refused = await type(words)
    expect(refused.exit).toBe(3)
    expect(refused.stderr).toContain('Secrets of shop have no value in uat: db_password.')
    expect(refused.stderr).toContain(`atlas secrets set ${name}`)
  }
  expect(await ask('backend')).toEqual(before)
  expect((await type(['secrets', 'list', 'shop', 'uat'])).stdout).toMatch(/db_password +missing/)
  expect((await type(['secrets', 'rotate', name])).stderr).toContain(`keeps no secret ${name}`)
}, 120_000)

test('who did what, and which instance was given which version, is told by the audit', async () => {
  expect((await type(['secrets', 'set', name], 'the third value')).stdout).toContain('version 3')
  const { stdout } = await type(['secrets', 'audit', name])
  const lines = stdout
    .split('\n')
    .flatMap((line) => /(set|delivered|rotated|unset) +SHOP.*/.exec(line)?.[0].trim() ?? [])
  const to = 'to shop/uat/backend@web1'
  expect(lines.reverse().map((line) => line.replace(/ +/g, ' '))).toEqual([
    `set ${name} 200`,
    `delivered ${name} from sealed (version 1) ${to}`,
    `rotated ${name} 200`,
    `delivered ${name} from sealed (version 2) ${to}`,
    `unset ${name} 204`,
    `rotated ${name} 404 not_found`,
    `set ${name} 200`,
  ])
}, 60_000)
