import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@atlas/client'
import { afterAll, expect, test } from 'vitest'
import { adminAddresses, asCidr, readAddresses, tellAddresses } from '../admin/addresses.ts'
import type { Context } from '../context.ts'
import { describe } from './description.ts'

const cwd = mkdtempSync(join(tmpdir(), 'atlas-input-'))
afterAll(() => rmSync(cwd, { recursive: true }))
const read = (file: string, content: string) => {
  writeFileSync(join(cwd, file), content)
  return describe({ cwd } as Context, { file })
}

test('a description is JSON or YAML', async () => {
  expect(await read('a.json', '{"name":"shop"}')).toEqual({ name: 'shop' })
  expect(await read('a.yaml', 'name: shop\nresources: []\n')).toEqual({ name: 'shop', resources: [] })
})

test.each([
  ['b.json', '{\n  "name": shop }', 'config_invalid', /^b\.json:2:11: /],
  ['b.json', '{\n  "name": "shop"', 'config_invalid', /^b\.json:2:17: /],
  ['b.yaml', 'name: a\nname: b\n', 'config_invalid', /^b\.yaml:2:1: Map keys must be unique/],
  ['c.json', '[]', 'spec_invalid', /c\.json holds no description/],
])('%s with %j is refused with its place', async (file, content, code, message) => {
  await expect(read(file, content)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
})

test('a file that is not there is named', async () => {
  await expect(describe({ cwd } as Context, { file: 'no.json' })).rejects.toThrow('There is no no.json')
})

test.each([
  ['203.0.113.100', '203.0.113.100/32'],
  ['203.0.113.0/24', '203.0.113.0/24'],
  ['2001:db8::1', '2001:db8::1/128'],
  ['203.0.113.0/33', undefined],
  ['300.1.1.1', undefined],
  ['203.0.113.0/', undefined],
  ['<html>', undefined],
])('%s as a CIDR is %s', (text, cidr) => expect(asCidr(text)).toBe(cidr))

test('a list of addresses is refused whole where one of them is none', () => {
  expect(readAddresses('ADDITIONAL_IPS', ' 203.0.113.200/32, 203.0.113.201 ,')).toEqual([
    '203.0.113.200/32',
    '203.0.113.201/32',
  ])
  expect(() => readAddresses('ADMIN_IP', 'home')).toThrow('ADMIN_IP: home is neither an address nor a CIDR')
  expect(() => readAddresses('ip', 'home')).toThrow(
    expect.objectContaining({ hint: expect.not.stringContaining('export') }),
  )
})

test('ADMIN_IP and ADDITIONAL_IPS are taken as given, and what update-ip was told counts before where this computer is', async () => {
  const client = { providers: async () => [{ name: 'digitalocean', sandbox: true }] } as unknown as Client
  const addresses = (env: NodeJS.ProcessEnv) => adminAddresses({ env, dataDir: cwd }, client, 'digitalocean')
  const given = { ADMIN_IP: '203.0.113.9', ADDITIONAL_IPS: '203.0.113.10' }
  expect(await addresses(given)).toEqual(['203.0.113.9/32', '203.0.113.10/32'])
  expect(await addresses({})).toEqual(['127.0.0.1/32'])
  tellAddresses(cwd, ['203.0.113.11/32'])
  expect(await addresses({})).toEqual(['203.0.113.11/32'])
  expect(await addresses(given)).toContain('203.0.113.9/32')
  tellAddresses(cwd, undefined)
  expect(await addresses({})).toEqual(['127.0.0.1/32'])
})
