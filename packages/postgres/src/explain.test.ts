import { expect, test } from 'vitest'
import { explain } from './explain.ts'

test.each([
  ['FATAL:  could not write lock file "postmaster.pid": No space left on device', 'disk_full'],
  ['initdb: error: could not create directory "x": Read-only file system', 'read_only'],
  ['LOG:  could not bind IPv4 address "127.0.0.1": Address already in use', 'port_in_use'],
  ['LOG:  could not bind IPv4 address "127.77.0.9": Can\'t assign requested address', 'address_unavailable'],
  ['postgres: error while loading shared libraries: libicuuc.so.60: cannot open shared object file', 'binaries_broken'],
  ['Error: spawn /x/bin/postgres ENOENT', 'binaries_missing'],
  ['setpriv: setresuid failed: Operation not permitted', 'no_os_user'],
  ['FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use', 'memory_left'],
  ['PANIC:  something never heard of', 'start_failed'],
])('%s is %s', (words, code) => {
  expect(explain('here', words).code).toBe(code)
})

test('what PostgreSQL said last is kept in the message', () => {
  expect(explain('here', 'one\ntwo\nthree\nfour\nfive').message).toContain('here).\ntwo\nthree\nfour\nfive')
})
