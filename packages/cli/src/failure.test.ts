import { AtlasError } from '@atlas/core/errors'
import { createColors } from 'picocolors'
import { expect, test } from 'vitest'
import { exitCodeOf, failureJson, renderFailure } from './failure.ts'

const error = new AtlasError('spec_invalid', '2 problems', {
  hint: 'atlas plan',
  problems: [
    { where: '/name', message: 'is missing' },
    { where: '/region', message: 'is no region', found: 'lon', expected: 'lon1' },
  ],
})

test('an error says what, where, and at the end what to type', () => {
  expect(renderFailure(error, createColors(false))).toBe(
    [
      '✗ The description was refused: 2 problems',
      '  /name: is missing',
      '  /region: is no region (found lon; expected lon1)',
      'Try: atlas plan',
      '',
    ].join('\n'),
  )
})

test('an error that knows nothing to type says where to read on, and says its one finding once', () => {
  const problems = [{ where: 'params/hash', message: 'is no hash of a plan' }]
  const refused = new AtlasError('usage', 'params/hash: is no hash of a plan', { problems })
  expect(renderFailure(refused, createColors(false))).toBe(
    '✗ Not understood: params/hash: is no hash of a plan\nSee: docs/errors.md#usage\n',
  )
})

test('one finding that message and hint say whole is not said again', () => {
  const problems = [
    {
      where: 'a.json:6:56',
      message: 'The field "paht" is not known',
      found: '"paht"',
      expected: 'path',
      hint: 'path?',
    },
  ]
  const message = 'a.json:6:56 services.paht: The field "paht" is not known, expected path.'
  const refused = new AtlasError('config_invalid', message, { hint: 'path?', problems })
  expect(renderFailure(refused, createColors(false)).split('\n')).toHaveLength(3)
})

test('the exit code comes from the catalogue', () => {
  expect([error, new AtlasError('server_unreachable', ''), new Error('?')].map(exitCodeOf)).toEqual([2, 7, 1])
})

test('programs get the same as JSON', () => {
  expect(failureJson(error)).toEqual({
    error: { code: 'spec_invalid', message: '2 problems', hint: 'atlas plan', problems: error.problems },
  })
})
