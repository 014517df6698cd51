import { expect, test } from 'vitest'
import { rotation } from './targets.mjs'

const targets = [1, 2, 3].map((port) => ({ address: '10.0.0.3', port }))
const ports = (all: readonly { port: number }[]) => all.map(({ port }) => port)

test('each is first in its turn', () => {
  const { order } = rotation()
  const firsts = Array.from({ length: 6 }, () => ports(order(targets, 0))[0])
  expect(firsts.sort()).toEqual([1, 1, 2, 2, 3, 3])
})

test('one that failed is asked last for a second', () => {
  const { order, failed } = rotation()
  failed(targets[1]!, 0)
  for (let n = 0; n < 3; n++) expect(ports(order(targets, 999)).at(-1)).toBe(2)
  expect(new Set(Array.from({ length: 3 }, () => ports(order(targets, 1001))[0]))).toContain(2)
})
