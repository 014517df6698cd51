import { expect, test } from 'vitest'
import { eventTypesMatching } from './event-types.ts'

test('a kind stands for all its types, a name for itself', () => {
  expect(eventTypesMatching(['infrastructure.*', 'step.done'])).toEqual([
    'infrastructure.created',
    'infrastructure.updated',
    'infrastructure.destroyed',
    'infrastructure.released',
    'step.done',
  ])
})

test('nothing said, or a star, is every type', () => {
  expect([eventTypesMatching([]), eventTypesMatching(['step.done', '*'])]).toEqual([undefined, undefined])
})

test('a pattern that matches nothing is refused, with the one that was meant', () => {
  expect(() => eventTypesMatching(['infrastructre.created'])).toThrow(
    expect.objectContaining({ code: 'usage', hint: 'did you mean infrastructure.created?' }),
  )
  expect(() => eventTypesMatching(['infra*'])).toThrow('infra* is no type of event')
})
