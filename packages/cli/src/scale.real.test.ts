import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { devOfFile, run } from './cli.fixture.ts'

const folder = devOfFile()
const csv = join(folder, 'config/projects.csv')
const written = `# who needs what
Project,Servers,MasterSpec,WebSpec\r
hostomatic,  1 ,s-1vcpu-1gb,s-1vcpu-1gb
`
const atlas = (...words: string[]) => run(folder, words)
const machines = async () => {
  const { infrastructure } = JSON.parse((await atlas('status', '--json')).stdout)
  const { resources } = infrastructure[0] as { resources: { type: string; name: string }[] }
  return resources.filter(({ type }) => type === 'machine').map(({ name }) => name)
}

beforeAll(async () => {
  expect(await atlas('init')).toMatchObject({ exit: 0 })
  writeFileSync(csv, written)
  expect(await atlas('up', '--yes')).toMatchObject({ exit: 0 })
}, 240_000)

test('scale changes one number of the CSV, the machines, and nothing else', async () => {
  chmodSync(csv, 0o640)
  const plan = await atlas('scale', 'hostomatic', '2', '--plan')
  expect(plan.stdout).toContain('config/projects.csv:3\n- hostomatic,  1 ,')
  expect(plan.stdout).toMatch(/\+ machine +web2/)
  expect(readFileSync(csv, 'utf8')).toBe(written)

  const up = await atlas('scale', 'hostomatic', '2', '--yes')
  expect(up).toMatchObject({ exit: 0, stderr: '' })
  expect(up.stdout).toContain('atlas scale hostomatic 1')
  expect(readFileSync(csv, 'utf8')).toBe(written.replace('  1 ,', '  2 ,'))
  expect(statSync(csv).mode & 0o777).toBe(0o640)
  expect(readdirSync(join(folder, 'config')).filter((name) => name.includes('.new'))).toEqual([])
  expect(await machines()).toEqual(['master', 'web1', 'web2'])
  expect((await atlas('plan', '--detailed-exitcode')).exit).toBe(0)

  expect(await atlas('--scale', 'hostomatic', '1', '--yes', '--consent', 'web2')).toMatchObject({ exit: 0, stderr: '' })
  expect(readFileSync(csv, 'utf8')).toBe(written)
  expect(await machines()).toEqual(['master', 'web1'])
}, 240_000)

test('what is refused leaves the CSV as it is', async () => {
  expect(await atlas('scale', 'hostomatics', '2')).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining('did you mean hostomatic?'),
  })
  expect(await atlas('scale', 'hostomatic', 'many')).toMatchObject({ exit: 2 })
  expect(await atlas('scale', 'hostomatic', '3')).toMatchObject({ exit: 2, stderr: expect.stringContaining('--yes') })
  expect(await atlas('budgets', 'set', 'small', '--monthly', '13')).toMatchObject({ exit: 0 })
  expect(await atlas('scale', 'hostomatic', '9', '--yes')).toMatchObject({
    exit: 3,
    stderr: expect.stringContaining('budget'),
  })
  expect(readFileSync(csv, 'utf8')).toBe(written)
}, 120_000)
