import { expect, test } from 'vitest'
import { commandLine } from './launch.ts'

const postgres = { program: '/pg/postgres', args: ['-D', 'x'], atParentDeath: 'SIGINT' } as const

test('setpriv changes the account and asks the kernel for a signal at our death', () => {
  expect(commandLine({ ...postgres, account: { uid: 65534, gid: 65533 } }, '/bin/setpriv')).toEqual({
    program: '/bin/setpriv',
    args: ['--reuid', '65534', '--regid', '65533', '--clear-groups', '--pdeathsig', 'INT', '/pg/postgres', '-D', 'x'],
  })
})

test('an ordinary user keeps the account, and without setpriv the program is run as it is', () => {
  expect(commandLine({ ...postgres, account: undefined }, '/bin/setpriv').args.slice(0, 3)).toEqual([
    '--pdeathsig',
    'INT',
    '/pg/postgres',
  ])
  expect(commandLine({ ...postgres, account: undefined }, undefined)).toEqual({
    program: '/pg/postgres',
    args: ['-D', 'x'],
  })
})
