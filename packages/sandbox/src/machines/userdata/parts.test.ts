import { expect, test } from 'vitest'
import { partsOf } from './parts.ts'

test('the first line tells a script from cloud-config', () => {
  expect(partsOf('#!/bin/sh\ntrue')).toEqual([{ kind: 'script', text: '#!/bin/sh\ntrue' }])
  expect(partsOf('\n#cloud-config\n{}')).toEqual([{ kind: 'cloud-config', text: '#cloud-config\n{}' }])
  expect(partsOf('')).toEqual([])
  expect(partsOf('echo hello')).toMatchObject([{ kind: 'unknown', why: expect.stringContaining('"echo hello"') }])
})

test('a MIME message gives its parts in order, base64 unpacked', () => {
  const message = [
    'Content-Type: multipart/mixed; boundary="===1=="',
    'MIME-Version: 1.0',
    '',
    '--===1==',
    'Content-Type: text/cloud-config; charset="us-ascii"',
    '',
    '#cloud-config',
    'runcmd: [ls]',
    '--===1==',
    'Content-Type: text/x-shellscript',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from('#!/bin/sh\necho hi\n').toString('base64'),
    '--===1==',
    'Content-Type: text/x-include-url',
    '',
    'http://example.com',
    '--===1==--',
    '',
  ].join('\n')
  expect(partsOf(message)).toEqual([
    { kind: 'cloud-config', text: '#cloud-config\nruncmd: [ls]\n' },
    { kind: 'script', text: '#!/bin/sh\necho hi\n' },
    { kind: 'unknown', text: 'http://example.com\n', why: 'its type is text/x-include-url' },
  ])
})
