import { execFileSync } from 'node:child_process'
import { closeSync, fstatSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Infrastructure } from '@atlas/client'
import { afterEach, expect, test } from 'vitest'
import { ensureKey, fingerprint, identityFile } from './key.ts'
import { chooseMachine, isKeyless } from './machine.ts'
import { sshArguments, writeKnownHosts } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'atlas-ssh-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const ssh = {
  host: '127.77.0.2',
  port: 2222,
  user: 'root',
  known_hosts: '[127.77.0.2]:2222 ssh-ed25519 AAAA',
  identity_file: '/k',
}
const infrastructure = (name: string, ...machines: string[]) =>
  ({
    name,
    resources: machines.map((machine) => ({ name: machine, type: 'machine', phase: 'ready', specifications: {}, ssh })),
  }) as unknown as Infrastructure

test('the host key is pinned and only the given key is offered', () => {
  const target = { infrastructure: 'shop', machine: 'web1', id: '7', ssh }
  expect(sshArguments(target, '/d/known', ['uname', '-a'])).toEqual([
    ...['-p', '2222', '-i', '/k', '-o', 'IdentitiesOnly=yes', '-o', 'UserKnownHostsFile="/d/known"'],
    ...['-o', 'GlobalKnownHostsFile=/dev/null', '-o', 'StrictHostKeyChecking=yes', '-o', 'LogLevel=ERROR'],
    ...['--', 'root@127.77.0.2', 'uname', '-a'],
  ])
})

test('a percent sign in a path is not one of the tokens that ssh replaces', () => {
  const target = { infrastructure: 'shop', machine: 'web1', id: '7', ssh: { ...ssh, identity_file: '/50%h/k' } }
  expect(sshArguments(target, '/50%h/known', [])).toEqual(
    expect.arrayContaining(['/50%%h/k', 'UserKnownHostsFile="/50%%h/known"']),
  )
})

test('a host key that Atlas does not know is kept from the first time on', () => {
  const { known_hosts, identity_file, ...bare } = ssh
  const args = sshArguments({ infrastructure: 'shop', machine: 'web1', id: '7', ssh: bare }, '/d/known', [])
  expect(args).toContain('StrictHostKeyChecking=accept-new')
  expect(args).not.toContain('-i')
})

test('a file of known hosts that somebody reads stays whole, as it is or as it was', () => {
  const target = { infrastructure: 'shop', machine: 'web1', id: '7', ssh }
  const read = openSync(writeKnownHosts(target, folder), 'r')
  const { ino } = fstatSync(read)
  expect(statSync(writeKnownHosts(target, folder)).ino).toBe(ino)
  const other = { ...ssh, known_hosts: '[127.77.0.2]:2222 ssh-ed25519 BBBB' }
  expect(readFileSync(writeKnownHosts({ ...target, ssh: other }, folder), 'utf8')).toBe(`${other.known_hosts}\n`)
  expect(readFileSync(read, 'utf8')).toBe(`${ssh.known_hosts}\n`)
  closeSync(read)
  expect(readdirSync(join(folder, 'ssh/known_hosts'))).toEqual(['shop.web1.7'])
})

test('each machine has its own file of known hosts', () => {
  const file = writeKnownHosts({ infrastructure: 'shop', machine: 'web1', id: '7', ssh }, folder)
  expect([file, readFileSync(file, 'utf8')]).toEqual([
    join(folder, 'ssh/known_hosts/shop.web1.7'),
    `${ssh.known_hosts}\n`,
  ])
})

test('a machine is found by its name; several of a name are asked about', () => {
  const all = [infrastructure('shop', 'web1', 'web2'), infrastructure('blog', 'web1')]
  expect(chooseMachine(all, 'web2')).toEqual({ infrastructure: 'shop', machine: 'web2', ssh, keyless: true })
  expect(() => chooseMachine(all, 'web1')).toThrow('shop and blog both have a machine web1')
  expect(() => chooseMachine(all, 'web9')).toThrow('There is no machine web9')
  expect(() => chooseMachine([infrastructure('shop')], 'web1')).toThrow('There is no machine web1')
})

test('a machine whose description names no key is known to be one', () => {
  expect(
    [{}, { ssh_keys: [] }, { ssh_keys: [{ ref: 'key.id' }] }].map((specifications) => isKeyless({ specifications })),
  ).toEqual([true, true, false])
})

test('the key is made once, is for its owner alone, and is what ssh-keygen reads', () => {
  const publicKey = ensureKey(folder)
  expect(ensureKey(folder)).toBe(publicKey)
  expect(statSync(identityFile(folder)).mode & 0o777).toBe(0o600)
  expect(execFileSync('ssh-keygen', ['-y', '-f', identityFile(folder)], { encoding: 'utf8' }).trim()).toBe(publicKey)
  expect(execFileSync('ssh-keygen', ['-l', '-f', identityFile(folder)], { encoding: 'utf8' })).toContain(
    fingerprint(publicKey),
  )
})
