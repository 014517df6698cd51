import { expect, test } from 'vitest'
import { redacted } from './redact.ts'

test.each([
  ['as it is', 'password is ge/heim', 'password is [secret]'],
  ['in a URL', 'postgres://app:ge%2Fheim@db', 'postgres://app:[secret]@db'],
  ['in base64', `auth ${Buffer.from('ge/heim').toString('base64')}`, 'auth [secret]'],
  ['not at all', 'nothing to hide', 'nothing to hide'],
])('a secret is taken out where it is printed %s', (_, text, shown) => {
  expect(redacted(text, ['ge/heim', ''])).toBe(shown)
})

test('the lines of a key are taken out one by one, its short ones stay', () => {
  const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nab\n'
  expect(redacted('bad line MIIEvQIBADANBgkq in ab', [key])).toBe('bad line [secret] in ab')
})

test('of two secrets, one in the other, the whole longer one is taken out', () => {
  expect(redacted('it is geheimnis', ['geheim', 'geheimnis'])).toBe('it is [secret]')
})
