import { expect, test } from 'vitest'
import { accountsIn, systemAccounts, systemGroups } from './accounts.ts'

const passwd =
  'root:x:0:0:root:/root:/bin/zsh\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\nann:x:1000:1000::/home/ann:/bin/bash\nnobody:x:65534:65534::/:\n'

test('a machine gets the system accounts of this computer, not its people, and a root of its own', () => {
  const accounts = accountsIn(systemAccounts(passwd))
  expect(accounts.map(({ name }) => name)).toEqual(['root', 'www-data', 'nobody'])
  expect(accounts[0]).toEqual({ name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash' })
  expect(accounts[2]?.shell).toBe('/bin/sh')
})

test('groups come without their members', () => {
  expect(systemGroups('sudo:x:27:ann,bob\nann:x:1000:\n')).toBe('sudo:x:27:\n')
})
