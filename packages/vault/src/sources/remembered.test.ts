import { AtlasError } from '@atlas/core'
import { expect, test } from 'vitest'
import type { Secret } from '../credential.ts'
import { remembered } from './remembered.ts'

const memory = { freshMs: 100, staleMs: 1000, pauseMs: 50 }
const down = new AtlasError('credential_unavailable', 'it is down')

/** A source whose answers are set, on a clock that is set too. */
function stage(first: Secret | undefined | Error) {
  const state = { answer: first, asked: 0, now: 1_000_000 }
  const source = {
    name: 'far',
    async read() {
      state.asked += 1
      if (state.answer instanceof Error) throw state.answer
      return state.answer
    },
  }
  return { state, source: remembered(source, { ...memory, now: () => state.now }) }
}

const one: Secret = { fields: { token: 'one' } }
const two: Secret = { fields: { token: 'two' } }

test('an answer serves while it is fresh, then the source is asked again', async () => {
  const { state, source } = stage(one)
  expect(await source.read('w', 'p')).toBe(one)
  state.answer = two
  state.now += 99
  expect(await source.read('w', 'p')).toBe(one)
  state.now += 1
  expect(await source.read('w', 'p')).toBe(two)
  expect(state.asked).toBe(2)
})

test('that there is nothing is an answer too', async () => {
  const { state, source } = stage(undefined)
  expect(await source.read('w', 'p')).toBeUndefined()
  expect(await source.read('w', 'p')).toBeUndefined()
  expect(state.asked).toBe(1)
})

test('while the source is down the last answer serves, up to a bound, and the source is left alone in between', async () => {
  const { state, source } = stage(one)
  await source.read('w', 'p')
  state.answer = down
  state.now += 100
  expect(await source.read('w', 'p')).toBe(one)
  expect(await source.read('w', 'p')).toBe(one)
  expect(state.asked).toBe(2)
  state.now += 899
  expect(await source.read('w', 'p')).toBe(one)
  state.now += 1
  await expect(source.read('w', 'p')).rejects.toBe(down)
  state.answer = two
  state.now += 50
  expect(await source.read('w', 'p')).toBe(two)
})

test('an answer is not used beyond the end that its source gave it', async () => {
  const { state, source } = stage({ ...one, expiresAt: 1_000_050 })
  await source.read('w', 'p')
  state.answer = down
  state.now += 50
  await expect(source.read('w', 'p')).rejects.toBe(down)
})

test('a refusal is no outage: what was read before does not serve', async () => {
  const { state, source } = stage(one)
  await source.read('w', 'p')
  state.answer = new AtlasError('config_invalid', 'not for you')
  state.now += 100
  await expect(source.read('w', 'p')).rejects.toBe(state.answer)
})

test('many who ask at once ask once, and workspaces do not get each other’s', async () => {
  const { state, source } = stage(one)
  await Promise.all(Array.from({ length: 20 }, () => source.read('w', 'p')))
  expect(state.asked).toBe(1)
  state.answer = two
  expect(await source.read('v', 'p')).toBe(two)
  expect(await source.read('w', 'p')).toBe(one)
})
