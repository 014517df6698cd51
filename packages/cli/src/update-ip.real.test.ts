import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { devOfFile, run } from './cli.fixture.ts'

const folder = devOfFile()
const atlas = (...words: string[]) => run(folder, words)
const getsIn = async () => (await atlas('ssh', 'web1', '--', 'true')).exit === 0
const letIn = async () => {
  const { infrastructure } = JSON.parse((await atlas('status', '--json')).stdout)
  const access = infrastructure[0].resources.find(({ name }: { name: string }) => name === 'access')
  return access.specifications.inbound[0].sources.addresses as string[]
}

beforeAll(async () => {
  expect(await atlas('init')).toMatchObject({ exit: 0 })
  const csv = 'Project,Servers,MasterSpec,WebSpec\nhostomatic,1,s-1vcpu-1gb,s-1vcpu-1gb\n'
  writeFileSync(join(folder, 'config/projects.csv'), csv)
  expect(await run(folder, ['up', '--yes'], { ADMIN_IP: '203.0.113.9' })).toMatchObject({ exit: 0 })
}, 240_000)

test('the new address is let in, tried by ssh, and then the old one is closed', async () => {
  expect(await letIn()).toEqual(['203.0.113.9/32'])
  expect(await atlas('update-ip', '--yes')).toMatchObject({ exit: 0, stderr: '' })
  expect(await letIn()).toEqual(['127.0.0.1/32'])
  expect(await getsIn()).toBe(true)
  expect((await atlas('plan', '--detailed-exitcode')).exit).toBe(0)
  expect((await atlas('update-ip')).stdout).toContain('127.0.0.1/32 is let in already.')
}, 120_000)

test('where it does not get in, the old one stays and the new one is taken away', async () => {
  expect(await atlas('update-ip', '203.0.113.9', '--yes', '--unchecked')).toMatchObject({ exit: 0 })
  // A network in between that lets nobody through, as ssh tells it.
  const tools = join(folder, 'tools')
  mkdirSync(tools)
  writeFileSync(join(tools, 'ssh'), '#!/bin/sh\necho "ssh: connect to host: Connection timed out" >&2\nexit 255\n')
  chmodSync(join(tools, 'ssh'), 0o755)
  const blocked = { PATH: `${tools}:${process.env.PATH}` }
  const refused = await run(folder, ['--update-ip', '--yes'], blocked)
  expect(refused).toMatchObject({ exit: 1, stderr: expect.stringContaining('does not get in') })
  expect(refused.stderr).toContain('everything is as before')
  expect(await letIn()).toEqual(['203.0.113.9/32'])
  const kept = await run(folder, ['update-ip', '--keep', '--yes'], blocked)
  expect(kept.stderr).toContain('both are let in')
  expect(await letIn()).toEqual(['203.0.113.9/32', '127.0.0.1/32'])
  expect(await atlas('update-ip', '203.0.113.9', '--yes', '--unchecked')).toMatchObject({ exit: 0 })
}, 240_000)

test('an address that cannot be tried from here leaves the old one open, until that is said', async () => {
  expect(await atlas('update-ip', '198.51.100.7', '--yes')).toMatchObject({
    exit: 0,
    stdout: expect.stringContaining('atlas update-ip 198.51.100.7/32 --unchecked'),
  })
  expect(await letIn()).toEqual(['203.0.113.9/32', '198.51.100.7/32'])
  expect(await atlas('update-ip', '198.51.100.7', '--yes', '--unchecked')).toMatchObject({ exit: 0 })
  expect(await letIn()).toEqual(['198.51.100.7/32'])
  expect(await run(folder, ['update-ip', '198.51.100.8'], { ADMIN_IP: '198.51.100.7' })).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining('export ADMIN_IP=198.51.100.8/32'),
  })
}, 120_000)
