import fc from 'fast-check'
import { expect, test } from 'vitest'
import { graph, type Node } from './graph.ts'

/** Runs everything that may run, failing some; gives the order. */
function walk(nodes: Node[], fails: (n: number) => boolean) {
  const order = graph(nodes)
  const open = order.ready()
  const done: number[] = []
  const lost: number[] = []
  for (let n = open.pop(); n !== undefined; n = open.pop()) {
    if (fails(n)) lost.push(n, ...order.lost(n))
    else {
      done.push(n)
      open.push(...order.done(n))
    }
  }
  return { done, lost }
}

/** Every step depends only on earlier ones, as in a plan. */
const nodes = fc
  .array(fc.array(fc.nat(30), { maxLength: 4 }), { maxLength: 30 })
  .map((raw) => raw.map((edges, n) => ({ n, dependsOn: [...new Set(edges.filter((edge) => edge < n))] })))

test('every step runs once, after all it depends on', () => {
  fc.assert(
    fc.property(nodes, (all) => {
      const { done } = walk(all, () => false)
      expect(done.toSorted((a, b) => a - b)).toEqual(all.map(({ n }) => n))
      for (const { n, dependsOn } of all)
        for (const needed of dependsOn) expect(done.indexOf(needed)).toBeLessThan(done.indexOf(n))
    }),
  )
})

test('a failure takes exactly what depends on it, each once, and nothing else', () => {
  fc.assert(
    fc.property(nodes, fc.nat(5), (all, modulus) => {
      const fails = (n: number) => n % (modulus + 2) === 1
      const { done, lost } = walk(all, fails)
      const bad = new Set<number>()
      for (const { n, dependsOn } of all) if (fails(n) || dependsOn.some((needed) => bad.has(needed))) bad.add(n)
      expect(lost.toSorted((a, b) => a - b)).toEqual([...bad].toSorted((a, b) => a - b))
      expect(done).toHaveLength(all.length - bad.size)
    }),
  )
})

test('10,000 steps are a matter of milliseconds', () => {
  const all = Array.from({ length: 10_000 }, (_, n) => ({ n, dependsOn: n > 0 ? [Math.floor(n / 2)] : [] }))
  all[0]!.dependsOn = []
  expect(walk(all, () => false).done).toHaveLength(10_000)
})
