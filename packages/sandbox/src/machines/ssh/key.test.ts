import ssh2 from 'ssh2'
import { expect, test } from 'vitest'
import { newKey } from './key.ts'

test('every key is whole, also where its public half begins with a zero byte', () => {
  const keys = Array.from({ length: 2000 }, () => newKey('root@web1'))
  expect(keys.filter((key) => ssh2.utils.parseKey(key.private) instanceof Error)).toEqual([])
  // The length of 32 stands before the key itself.
  expect(
    keys.filter((key) => !Buffer.from(key.public.split(' ')[1]!, 'base64').includes(Buffer.from([0, 0, 0, 32]))),
  ).toEqual([])
}, 30_000)
