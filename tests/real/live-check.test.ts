import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compare } from '../live-check/compare.ts'
import { shapeOf } from '../live-check/shape.ts'
import type { Walked } from '../live-check/walk.ts'

const folder = mkdtempSync(join(tmpdir(), 'atlas-live-'))
const main = join(import.meta.dirname, '../live-check/main.ts')
let sandbox: ChildProcess
let live: { url: string; token: string }

beforeAll(async () => {
  const sandboxMain = fileURLToPath(import.meta.resolve('@atlas/sandbox/main'))
  sandbox = spawn(process.execPath, [sandboxMain, '--data-dir', folder, '--parent-pipe'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(createInterface(sandbox.stdout!), 'line')
  live = JSON.parse(readFileSync(join(folder, 'sandbox.json'), 'utf8'))
})
afterAll(async () => {
  const ended = once(sandbox, 'exit')
  sandbox.stdin!.end()
  await ended
  rmSync(folder, { recursive: true })
})

test('a second sandbox in the place of the real cloud walks without a difference, and nothing is left there', async () => {
  const check = spawn(process.execPath, [main], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, DO_TOKEN: live.token, DIGITALOCEAN_API_URL: live.url },
  })
  const lines: string[] = []
  createInterface(check.stdout).on('line', (line) => lines.push(line))
  const [code] = await once(check, 'close')
  expect(lines.filter((line) => line.startsWith('DIFFERENT'))).toEqual([])
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ differences: 0, cost_usd: 0.01 })
  expect(code).toBe(0)
  const headers = { authorization: `Bearer ${live.token}` }
  const left = async (list: string) => (await fetch(`${live.url}/v2/${list}`, { headers })).json()
  expect(await left('droplets')).toMatchObject({ droplets: [] })
  expect(await left('account/keys')).toMatchObject({ ssh_keys: [] })
  // Other machines of the account may carry the tag that remembers an image's slug.
  expect(await left('tags')).toMatchObject({ tags: [{ name: 'atlas-image:debian-13-x64' }] })
})

test('without a token it says what it needs', () => {
  const { status, stderr } = spawnSync(process.execPath, [main], { env: { PATH: process.env.PATH }, encoding: 'utf8' })
  expect(status).toBe(2)
  expect(stderr).toContain('DO_TOKEN=')
})

test('every kind of difference is reported', () => {
  const walked = (answer: unknown, headers: string[], states: string[]): Walked => ({
    exchanges: new Map([['GET /v2/droplets/{id} 200', { request: undefined, answer: shapeOf(answer), headers }]]),
    sequences: { machine: states },
    machineSeconds: 60,
  })
  const here = walked({ id: 1, tags: ['a'], gone: null }, ['ratelimit-limit'], ['new', 'active'])
  const there = walked({ id: '1', tags: [], more: { x: 1 } }, [], ['active'])
  expect(compare(here, there)).toEqual([
    'GET /v2/droplets/{id} 200: header ratelimit-limit comes only from the sandbox',
    'GET /v2/droplets/{id} 200: $.gone is only in the answer of the sandbox',
    'GET /v2/droplets/{id} 200: $.id is number with the sandbox, string with the live cloud',
    'GET /v2/droplets/{id} 200: $.more is only in the answer of the live cloud',
    'machine: new → active with the sandbox, active with the live cloud',
  ])
})
