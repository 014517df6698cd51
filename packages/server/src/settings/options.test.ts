import { isAtlasError } from '@atlas/core'
import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

test('the data folder is made absolute, and the rest has defaults', () => {
  expect(readOptions(['--data-dir', '/tmp/../var/atlas'])).toEqual({
    dataDir: '/var/atlas',
    host: '127.0.0.1',
    port: 0,
    dev: false,
    parentPipe: false,
    workers: 1,
  })
})

test.each([
  [[], '--data-dir'],
  [['--data-dir', 'x', '--port', 'many'], '--port'],
  [['--data-dir', 'x', '--port', '70000'], '--port'],
  [['--data-dir', 'x', '--workers', '-1'], '--workers'],
  [['--data-dir', 'x', '--prot', '1'], '--prot'],
])('%j is refused, naming %s', (args, name) => {
  try {
    readOptions(args)
    expect.fail('it was accepted')
  } catch (error) {
    expect(isAtlasError(error, 'usage') && error.message).toContain(name)
  }
})
