import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bootScripts } from './scripts.ts'

/** Runs the stages as a machine does, in a folder that stands for its disk; gives the folder and what was printed. */
function runIn(userData: string) {
  const root = mkdtempSync(join(tmpdir(), 'atlas-userdata-'))
  for (const folder of ['etc/ssh', 'root']) mkdirSync(join(root, folder), { recursive: true })
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/bash\n')
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nsudo:x:27:\n')
  const { boot, init, final } = bootScripts(userData)
  const text = [boot, init, final].join('\n')
  const said = execFileSync('/bin/sh', ['-c', text], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', ROOT: root, UIDS: 'one' },
  })
  return { root, said, read: (path: string) => readFileSync(join(root, path), 'utf8') }
}

test('a script is kept and run', () => {
  const { said, read } = runIn('#!/bin/sh\necho "it\'s $((1 + 1))"\n')
  expect(said).toBe("it's 2\n")
  expect(read('var/lib/cloud/instance/scripts/part-001')).toContain("it's")
})

test('files are written whole, with rights, packed, appended, and late where deferred', () => {
  const packed = gzipSync('packed').toString('base64')
  const { root, read } = runIn(`#cloud-config
write_files:
  - { path: /etc/app/one.conf, content: "a 'quoted' $HOME\\n", permissions: '0640' }
  - { path: "/etc/app/two words", content: ${Buffer.from('two').toString('base64')}, encoding: b64 }
  - { path: /etc/app/three, content: ${packed}, encoding: gz+base64 }
  - { path: /etc/app/one.conf, content: more, append: true }
  - { path: /late, content: late, defer: true }
`)
  expect(read('etc/app/one.conf')).toBe("a 'quoted' $HOME\nmore")
  expect([read('etc/app/two words'), read('etc/app/three'), read('late')]).toEqual(['two', 'packed', 'late'])
  expect(statSync(join(root, 'etc/app/three')).mode & 0o777).toBe(0o644)
})

test('commands run in order, a failing one stops nothing, a list is one command', () => {
  const { said } = runIn(`#cloud-config
bootcmd: [ 'echo boot' ]
runcmd:
  - echo first; false
  - exit 3
  - [ echo, "two  words", '$HOME' ]
`)
  expect(said).toBe('boot\nfirst\ntwo  words $HOME\n')
})

test('users come with home, groups and keys; root gets keys too', () => {
  const { read } = runIn(`#cloud-config
ssh_authorized_keys: [ ssh-ed25519 AAAA root@here ]
users:
  - default
  - { name: deploy, gecos: "Mr, Deploy", groups: "sudo, docker", sudo: "ALL=(ALL) NOPASSWD:ALL", ssh_authorized_keys: [ ssh-ed25519 BBBB d ] }
`)
  expect(read('etc/passwd')).toContain('deploy:x:0:0:Mr, Deploy:/home/deploy:/bin/bash')
  expect(read('etc/group')).toMatch(/sudo:x:27:deploy\n[\s\S]*docker:x:\d+:deploy/)
  expect(read('home/deploy/.ssh/authorized_keys')).toBe('ssh-ed25519 BBBB d\n')
  expect(read('root/.ssh/authorized_keys')).toBe('ssh-ed25519 AAAA root@here\n')
})

test('a host key that whoever orders the machine has made takes the place of its own', () => {
  const { root, read } = runIn(`#cloud-config
ssh_keys:
  ed25519_private: |
    -----BEGIN KEY-----
  ed25519_public: ssh-ed25519 AAAA
`)
  expect(read('etc/ssh/ssh_host_ed25519_key')).toBe('-----BEGIN KEY-----\n')
  expect(statSync(join(root, 'etc/ssh/ssh_host_ed25519_key')).mode & 0o777).toBe(0o600)
})

test('what cannot be done is said', () => {
  const { said } = runIn(`#cloud-config
packages: [ sh, surely-not-installed, [ also-not, "1.0" ] ]
snap: { commands: [ ls ] }
timezone: Europe/Berlin
`)
  expect(said).toContain('package surely-not-installed: this machine has only what')
  expect(said).toContain('package also-not')
  expect(said).not.toContain('package sh:')
  expect(said).toContain('snap is not done by the sandbox')
  expect(said).not.toContain('timezone')
})

test.each([
  ['#cloud-config\nruncmd: [', 'cloud-config was not read'],
  ['#cloud-config\nwrite_files: [ { content: x } ]', 'write_files'],
  ['hello', 'User data was not run: it starts with "hello"'],
])('%j is refused with the reason in the log', (userData, reason) => {
  expect(runIn(userData).said).toContain(reason)
})
