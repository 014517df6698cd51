import { expect, test } from 'vitest'
import { aims, plot } from './plot.ts'

const seeds = Array.from({ length: 40 }, (_, n) => n + 1)

test('a seed gives the same plot each time, another seed another', () => {
  expect(plot(7, { withoutSettle: false })).toEqual(plot(7, { withoutSettle: false }))
  expect(plot(7, { withoutSettle: false })).not.toEqual(plot(30, { withoutSettle: false }))
})

test('over forty seeds every boundary of the journal is aimed at, in an act that passes it', () => {
  const plots = seeds.map((seed) => plot(seed, { withoutSettle: false }))
  expect(new Set(plots.map(({ aim }) => aim))).toEqual(new Set(aims))
  for (const { aim, acts } of plots) {
    const act = acts.find(({ troubles }) => troubles.some((one) => one.kind === 'crash'))
    const passedBy = aim.startsWith('update') ? 'change' : aim.startsWith('remove') ? 'destroy' : 'apply'
    expect(act?.kind).toBe(passedBy)
  }
})

test('every run ends with nothing, and the negative control stops nobody', () => {
  for (const seed of seeds) {
    const { acts } = plot(seed, { withoutSettle: true })
    expect(acts.at(-1)?.kind).toBe('destroy')
    const kinds = acts.flatMap(({ troubles }) => troubles.map(({ kind }) => kind))
    expect(kinds.filter((kind) => kind !== 'kill' && kind !== 'database')).toEqual([])
  }
})
