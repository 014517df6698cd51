import { expect, test } from 'vitest'
import { crashAt, crashFromEnv } from './crash.ts'

test('dies at the n-th passing of its point, and at no other', () => {
  let deaths = 0
  const at = crashAt('create.gated:2', () => ++deaths > 0)
  at('create.answered')
  at('create.gated')
  expect(deaths).toBe(0)
  at('create.gated')
  expect(deaths).toBe(1)
})

test('dies some milliseconds later, when the request is on its way', async () => {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  let returned = false
  crashAt('create.gated+5', () => {
    resolve(returned)
    return true
  })('create.gated')
  returned = true
  expect(await promise).toBe(true)
})

test('a point that does not exist is named, with those that do', () => {
  expect(() => crashAt('create.nowhere')).toThrow(/create\.nowhere names no crash point; there are .*create\.gated/)
})

test('nothing happens without the variable', () => {
  expect(() => crashFromEnv({})('create.gated')).not.toThrow()
})
