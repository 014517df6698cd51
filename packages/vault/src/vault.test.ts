import { expect, test } from 'vitest'
import { newKey } from './key.ts'
import { type Belonging, keyIdOf } from './seal.ts'
import { openVault } from './vault.ts'

const mine: Belonging = ['credential', 'acme', 'digitalocean']

test('a new primary key seals, and what the old one sealed still opens', () => {
  const [old, young] = [newKey(), newKey()]
  const vault = openVault([old])
  const before = vault.seal('a secret', mine)
  vault.rekey([young, old])
  expect(vault.open(before, mine)).toBe('a secret')
  expect(keyIdOf(vault.seal('a secret', mine))).toBe(young.id)
  vault.prefer(old.id)
  expect(keyIdOf(vault.seal('a secret', mine))).toBe(old.id)
  expect(() => vault.prefer('0123')).toThrow(/0123/)
  vault.rekey([young])
  expect(() => vault.open(before, mine)).toThrow(old.id)
})
