import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonical, canonicalPieces, type Json } from './json.ts'

test('canonical text is JSON with sorted keys and nothing undefined', () => {
  expect(canonical({ b: [1, { d: null, c: 'ü"' }], a: undefined as unknown as Json, B: true })).toBe(
    '{"B":true,"b":[1,{"c":"ü\\"","d":null}]}',
  )
})

test.each([
  [{ b: 1, 10: 2, 9: 3 }, '{"10":2,"9":3,"b":1}'],
  [{ a: { 2: 1, '-1': 0, ' ': 0 } }, '{"a":{" ":0,"-1":0,"2":1}}'],
  [JSON.parse('{"z":1,"__proto__":{"b":1,"a":2}}'), '{"__proto__":{"a":2,"b":1},"z":1}'],
])('keys that an object would keep in an order of its own are sorted as all others: %j', (value, text) => {
  expect(canonical(value)).toBe(text)
})

test('the pieces are the same text, and it parses to the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(4), (value, depth) => {
      expect([...canonicalPieces(value as Json, depth)].join('')).toBe(canonical(value as Json))
      expect(JSON.parse(canonical(value as Json))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})
