import { expect, test } from 'vitest'
import { deployPlot } from './plot.ts'

const plots = Array.from({ length: 60 }, (_, seed) => deployPlot(seed, 'docker'))

test('a seed gives the same plot each time, another seed another', () => {
  const plotOf = (seed: number) => deployPlot(seed, 'process')
  expect(plotOf(7)).toEqual(plotOf(7))
  expect(plotOf(7)).not.toEqual(plotOf(8))
})

test('over the seeds workers die before, in and behind steps, stand still and lose the database, in every kind of deploy', () => {
  expect(new Set(plots.map(({ kind }) => kind))).toEqual(new Set(['deploy', 'broken', 'rollback', 'scale']))
  const troubles = plots.flatMap((plot) => plot.troubles)
  expect(new Set(troubles.map(({ kind }) => kind))).toEqual(
    new Set(['crash', 'crash-in', 'kill', 'freeze', 'database']),
  )
  const points = troubles.flatMap((one) => (one.kind === 'crash' ? [one.at.split(':')[0]] : []))
  expect(new Set(points)).toEqual(new Set(['work.intent-committed', 'work.performed']))
  const middles = troubles.flatMap((one) => (one.kind === 'crash-in' ? [one.action] : []))
  expect(middles).toEqual(expect.arrayContaining(['build', 'deliver', 'start', 'stop']))
})

test('what never becomes healthy is not cancelled: it must fail by itself', () => {
  for (const plot of plots.filter(({ kind }) => kind === 'broken')) expect(plot.cancelMs).toBeUndefined()
})
