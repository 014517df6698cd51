import { describe, expect, test } from 'vitest'
import { chooser, judge, newTarget, type Target } from './targets.ts'

const check = { healthy_threshold: 3, unhealthy_threshold: 2 }
const seen = (...results: boolean[]): Target => {
  const target = newTarget(1, '127.77.0.2')
  for (const passed of results) judge(target, passed, check)
  return target
}

describe('a target', () => {
  test('is well by the first check that passes, and known not to be by as many failures as the threshold says', () => {
    expect(seen(true)).toMatchObject({ healthy: true, known: true })
    expect(seen(false)).toMatchObject({ healthy: false, known: false })
    expect(seen(false, true)).toMatchObject({ healthy: true, known: true })
    expect(seen(false, false)).toMatchObject({ healthy: false, known: true })
  })
  test('fails only after as many failures in a row as the threshold says', () => {
    expect(seen(true, false).healthy).toBe(true)
    expect(seen(true, false, true, false).healthy).toBe(true)
    expect(seen(true, false, false).healthy).toBe(false)
  })
  test('is back only after as many successes in a row as the threshold says', () => {
    expect(seen(false, false, true, true).healthy).toBe(false)
    expect(seen(false, false, true, true, true).healthy).toBe(true)
  })
})

describe('the choice', () => {
  const three = [1, 2, 3].map((droplet) => ({ ...newTarget(droplet, ''), healthy: true }))

  test('takes turns', () => {
    const choose = chooser('round_robin')
    const taken = Array.from({ length: 6 }, () => choose(three)?.droplet)
    expect(new Set(taken.slice(0, 3)).size).toBe(3)
    expect(taken.slice(3)).toEqual(taken.slice(0, 3))
  })
  test('takes the one with least to do', () => {
    const busy = three.map((target, index) => ({ ...target, busy: index === 1 ? 0 : 5 }))
    expect(chooser('least_connections')(busy)?.droplet).toBe(2)
  })
  test('stays with the preferred one while it is healthy', () => {
    const choose = chooser('round_robin')
    expect(choose(three, 2)?.droplet).toBe(2)
    const without = three.map((target) => ({ ...target, healthy: target.droplet !== 2 }))
    expect(choose(without, 2)?.droplet).not.toBe(2)
  })
  test('is none where none is healthy', () => {
    expect(chooser('round_robin')(three.map((target) => ({ ...target, healthy: false })))).toBeUndefined()
  })
})
