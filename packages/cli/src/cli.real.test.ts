import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { devOfFile, finish, run, runOnTerminal, start } from './cli.fixture.ts'

const folder = devOfFile()
const atlas = (...words: string[]) => run(folder, words)
const json = async (...words: string[]) => {
  const { stdout, stderr, exit } = await atlas(...words, '--json')
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  return JSON.parse(stdout)
}

beforeAll(async () => {
  expect(await atlas('init')).toMatchObject({ exit: 0 })
})

test('from the CSV to machines that run commands, and back to nothing', { timeout: 240_000 }, async () => {
  const plan = await json('plan')
  expect(plan).toMatchObject({ kind: 'apply', infrastructure: 'fleet', price: { after: 96 } })
  expect(await atlas('plan', '--detailed-exitcode')).toMatchObject({ exit: 10 })
  expect(await json('estimate')).toMatchObject({ estimated_monthly_cost: 96, currency: 'USD' })

  expect(await atlas('up')).toMatchObject({ exit: 2, stderr: expect.stringContaining('Try: the same with --yes') })
  const up = await atlas('up', '--yes')
  expect(up).toMatchObject({ exit: 0, stderr: '' })
  expect(up.stdout).toMatch(/✓ created machine web3 \(.*\)\n/)
  expect(up.stdout).toContain('Next:\n  atlas status')

  const { infrastructure } = await json('status')
  expect(infrastructure).toMatchObject([{ name: 'fleet', status: 'ready', monthly_cost: 96 }])
  expect(await atlas('ssh', 'web1', '--', 'uname', '-n')).toEqual({ exit: 0, stdout: 'web1\n', stderr: '' })
  expect(await atlas('ssh', '-i', 'fleet', 'web2', '--', 'echo a; exit 7')).toMatchObject({ exit: 7, stdout: 'a\n' })
  expect(await atlas('ssh', 'web9')).toMatchObject({ exit: 4, stderr: expect.stringContaining('there are: ') })

  expect((await atlas('orchestrate')).stdout).toContain('Nothing is to be done: fleet is as its description says.')
  expect((await atlas('plan', '--detailed-exitcode')).exit).toBe(0)

  const { operations } = await json('operations', 'list')
  expect(operations).toMatchObject([{ kind: 'apply', status: 'succeeded' }])
  const { operation, steps } = await json('operations', 'show', operations[0].id)
  expect([operation.completed_steps, steps.length]).toEqual([8, 8])
  const watched = await atlas('operations', 'watch', operations[0].id, '--json')
  const types = watched.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).type)
  expect([types[0], types.at(-1)]).toEqual(['operation.queued', 'deployment.completed'])

  const end = await json('plan', '--destroy', 'fleet')
  const consent = end.consentNeeded.map(({ resource }: { resource: string }) => resource).join(',')
  const refused = await atlas('destroy', 'fleet', '--yes')
  expect(refused).toMatchObject(consent === '' ? { exit: 0 } : { exit: 3, stderr: expect.stringContaining(consent) })
  if (consent !== '') expect(await atlas('destroy', '--yes', '--consent', consent)).toMatchObject({ exit: 0 })
  expect((await atlas('status')).stdout).toContain('Nothing exists yet.')
  expect(await atlas('status', 'fleet')).toMatchObject({ exit: 0 })
})

test('watching ends with Ctrl-C and the operation does not', { timeout: 120_000 }, async () => {
  await json('sandbox', 'faults', 'add', '--kind', 'latency', '--ms', '2000', '--method', 'POST')
  writeFileSync(join(folder, 'small.yaml'), small('slow'))
  const up = start(folder, ['up', '-f', 'small.yaml', '--yes'])
  const finished = finish(up)
  await new Promise<void>((resolve) => up.stdout!.on('data', (chunk) => /created vpc/.test(String(chunk)) && resolve()))
  up.kill('SIGINT')
  const { exit, stdout } = await finished
  expect(exit).toBe(130)
  const id = /atlas operations watch (\S+)/.exec(stdout)![1]!
  expect(stdout).toContain(`Operation ${id} goes on without being watched.`)
  await json('sandbox', 'faults', 'clear')
  expect(await atlas('operations', 'watch', id)).toMatchObject({ exit: 0 })

  const preview = await json('operations', 'rollback', id, '--plan')
  expect(preview.steps.map(({ action }: { action: string }) => action)).toEqual(['delete', 'delete'])
  expect(await atlas('operations', 'rollback', id, '--yes', '--consent', 'web1')).toMatchObject({ exit: 0 })
})

test('a cancelled operation says so with its exit code', { timeout: 120_000 }, async () => {
  // Long enough for two commands to start on a busy machine, and shorter than what a request waits.
  await json('sandbox', 'faults', 'add', '--kind', 'latency', '--ms', '7000', '--method', 'POST')
  writeFileSync(join(folder, 'small.yaml'), small('brief'))
  const { operation } = await json('up', '-f', 'small.yaml', '--yes', '--detach')
  await json('operations', 'cancel', operation.id, '--yes')
  await json('sandbox', 'faults', 'clear')
  const watched = await atlas('operations', 'watch', operation.id)
  expect(watched).toMatchObject({ exit: 6, stderr: expect.stringContaining('atlas operations rollback') })
  expect(await atlas('destroy', 'brief', '--yes', '--consent', 'web1')).toMatchObject({ exit: 0 })
})

test('on a terminal it asks, and no means that nothing changes', { timeout: 120_000 }, async () => {
  writeFileSync(join(folder, 'small.yaml'), small('asked'))
  const { exit, stdout } = await runOnTerminal(folder, 'up -f small.yaml', 'n')
  expect(stdout).toContain('Carry out 2 steps, +$6.00 a month?')
  expect(stdout).toContain('Nothing was changed.')
  expect(stdout).toContain('\u001b[')
  expect(exit).toBe(0)
  expect(await atlas('status', 'asked')).toMatchObject({ exit: 4 })
  const yes = await runOnTerminal(folder, 'up -f small.yaml', 'y')
  expect(yes).toMatchObject({ exit: 0, stdout: expect.stringContaining('created machine web1') })
  expect(await atlas('destroy', 'asked', '--yes', '--consent', 'web1')).toMatchObject({ exit: 0 })
})

test('a description without resources is kept too: services in a cluster need no more', async () => {
  writeFileSync(join(folder, 'empty.yaml'), 'name: empty\nprovider: digitalocean\nregion: lon1\nresources: []\n')
  expect((await json('up', '-f', 'empty.yaml', '--yes')).operation).toMatchObject({ status: 'succeeded' })
  expect((await json('up', '-f', 'empty.yaml', '--yes')).operation).toBeNull()
  expect((await json('status', 'empty')).infrastructure).toMatchObject([{ name: 'empty', resources: [] }])
})

test.each([
  ['shop/infra.yaml', 53.15],
  ['web-application/infra.json', 59.25],
])('examples/%s is understood, and its plan costs what its estimate says', async (file, monthly) => {
  const path = join(import.meta.dirname, '../../../examples', file)
  expect(await json('estimate', '-f', path)).toMatchObject({ estimated_monthly_cost: monthly, unpriced: [] })
  expect(await json('plan', '-f', path)).toMatchObject({ price: { before: 0, after: monthly }, warnings: [] })
  const { estimated_monthly_cost, breakdown } = await json('estimate', '-f', path, '--transfer', '100000')
  const { resource_type, estimated_cost } = breakdown.at(-1)
  expect(resource_type).toBe('transfer')
  expect(estimated_cost).toBeGreaterThan(900)
  expect(estimated_monthly_cost).toBeCloseTo(monthly + estimated_cost)
})

test('a broken CSV is refused whole, with its places', async () => {
  const csv = join(folder, 'broken.csv')
  writeFileSync(csv, 'Project,Servers,MasterSpec,WebSpec\na,x,s-1vcpu-1gb,s-1vcpu-1gb\nb,1,s-1vcpu-9gb,s-1vcpu-1gb\n')
  const { exit, stderr } = await atlas('plan', '--csv', 'broken.csv')
  expect(exit).toBe(2)
  expect(stderr).toMatch(/broken\.csv:2:3/)
  expect(stderr).toMatch(/broken\.csv:3:5/)
  const { error } = JSON.parse((await atlas('plan', '--csv', 'broken.csv', '--json')).stderr)
  expect(error).toMatchObject({ code: 'csv_invalid', problems: [{}, {}] })
})

test.each([
  [['providers'], 0],
  [['status'], 0],
  [['sandbox', 'info'], 0],
  [['sandbox', 'faults', 'list'], 0],
  [['operations', 'list', '-n', '1'], 0],
] as const)('atlas %j gives one JSON document, and no colours without a terminal', async (words, exit) => {
  const asJson = await atlas(...words, '--json')
  expect(asJson.exit).toBe(exit)
  JSON.parse(asJson.stdout)
  const asText = await run(folder, words)
  expect(asText.stdout).not.toContain('\u001b')
  expect(asText.stdout).toContain('Next:')
  expect((await run(folder, words, { FORCE_COLOR: '1' })).stdout).toContain('\u001b')
  expect((await run(folder, words, { FORCE_COLOR: '1', NO_COLOR: '1' })).stdout).not.toContain('\u001b')
})

test.each([
  [['plann'], 2, 'Try: atlas plan'],
  [['operations', 'lst'], 2, 'Try: atlas operations list'],
  [['--nothing', 'hostomatic'], 2, 'there are: '],
  [['operations', 'show'], 2, 'Try: atlas operations show --help'],
  [['operations', 'show', 'nothing'], 4, 'Not found'],
  [['plan', '-f', 'none.json'], 2, 'There is no none.json'],
  [['destroy', 'nothing', '--yes'], 4, 'Not found'],
  [['completion', 'tcsh'], 2, 'bash, zsh, fish'],
] as const)('atlas %j ends with %d and says what to type', async (words, exit, said) => {
  const result = await run(folder, words)
  expect(result).toMatchObject({ exit, stdout: '', stderr: expect.stringContaining(said) })
  expect(result.stderr).toMatch(/\nTry: .+\n$/)
})

test('a server elsewhere is named by ATLAS_URL and ATLAS_TOKEN', async () => {
  const { url, token } = JSON.parse(readFileSync(join(folder, '.atlas/server.json'), 'utf8'))
  const elsewhere = (env: NodeJS.ProcessEnv) => run('/', ['providers'], env)
  expect(await elsewhere({ ATLAS_URL: url, ATLAS_TOKEN: token })).toMatchObject({ exit: 0 })
  expect(await elsewhere({ ATLAS_URL: url, ATLAS_TOKEN: 'wrong' })).toMatchObject({ exit: 5 })
  expect(await elsewhere({ ATLAS_URL: url })).toMatchObject({ exit: 5 })
  expect(await elsewhere({ ATLAS_URL: 'http://127.0.0.1:9', ATLAS_TOKEN: token })).toMatchObject({ exit: 7 })
  expect(await elsewhere({ ATLAS_URL: 'http://atlas.invalid', ATLAS_TOKEN: token })).toMatchObject({ exit: 2 })
})

function small(name: string): string {
  return `name: ${name}
provider: digitalocean
region: lon1
resources:
  - { type: vpc, name: net, specifications: {} }
  - { type: droplet, name: web1, specifications: { size: s-1vcpu-1gb, vpc: { ref: net.id } } }
`
}
