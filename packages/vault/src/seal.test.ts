import { isAtlasError } from '@atlas/core'
import { expect, test } from 'vitest'
import { newKey } from './key.ts'
import { type Belonging, keyIdOf, openWith, sealWith } from './seal.ts'

const key = newKey()
const keyOf = (id: string) => (id === key.id ? key : undefined)
const mine: Belonging = ['credential', 'acme', 'digitalocean']

const refusal = (open: () => string) => {
  try {
    open()
  } catch (error) {
    if (isAtlasError(error, 'vault_sealed')) return error
    throw error
  }
  return expect.fail('it opened')
}

test.each(['', 'a secret', 'ключ \u{1F511} \0\n', 'x'.repeat(100_000)])('what is sealed opens again (%#)', (plain) => {
  expect(openWith(keyOf, sealWith(key, plain, mine), mine)).toBe(plain)
  expect(openWith(keyOf, sealWith(key, plain, ['alone']), ['alone'])).toBe(plain)
})

test('nothing of what is sealed is in its envelope', () => {
  const envelope = sealWith(key, 'a secret that is longer than most', mine)
  expect(Buffer.from(envelope.split('.').at(-1)!, 'base64url').toString('latin1')).not.toMatch(/secret|longer|most/)
  expect(envelope).not.toMatch(/secret|longer|most/)
})

test('the same text sealed twice gives two envelopes', () => {
  expect(sealWith(key, 'a secret', mine)).not.toBe(sealWith(key, 'a secret', mine))
})

test('a row that was moved to another workspace does not open', () => {
  const envelope = sealWith(key, 'a secret', mine)
  expect(refusal(() => openWith(keyOf, envelope, ['credential', 'other', 'digitalocean'])).message).toContain('belongs')
  expect(refusal(() => openWith(keyOf, envelope, ['credential', 'acme/digitalocean', ''])).message).toContain('belongs')
})

test('every changed character is noticed', () => {
  const envelope = sealWith(key, 'a secret', mine)
  for (let at = 0; at < envelope.length; at += 1) {
    // The last character of a base64url part may carry bits that mean nothing; the one before never does.
    if (envelope[at] === '.' || envelope[at + 1] === '.' || at === envelope.length - 1) continue
    const other = envelope[at] === 'A' ? 'B' : 'A'
    refusal(() => openWith(keyOf, envelope.slice(0, at) + other + envelope.slice(at + 1), mine))
  }
})

test('a missing key is named, so that people know which one to bring', () => {
  const other = newKey()
  const error = refusal(() => openWith(keyOf, sealWith(other, 'a secret', mine), mine))
  expect(error.message).toContain(other.id)
  expect(error.hint).toContain('ATLAS_VAULT_KEY')
})

test.each(['', 'a secret', 'av2.x.y.z.w', 'av1.0.AA.AA.AA', 'av1.0.AA'])('"%s" is no envelope', (text) => {
  expect(refusal(() => openWith(keyOf, text, mine)).message).toContain('is not an envelope')
})

test('an envelope says which key sealed it', () => {
  expect(keyIdOf(sealWith(key, 'a secret', mine))).toBe(key.id)
})
