import { expect, test } from 'vitest'
import { isDue } from './renewal.ts'

const now = new Date('2026-01-10T00:00:00Z')
const [earlier, later] = [new Date('2026-01-09T00:00:00Z'), new Date('2026-01-11T00:00:00Z')]
const wish = { hosts: ['a.example', 'b.example'], directory: 'https://acme.example', deployment: 'd1' }
const kept = {
  sealed: 'sealed',
  hosts: ['b.example', 'a.example'],
  directory: wish.directory,
  renewAt: later,
  nextTry: earlier,
  tried: null,
}

test('a certificate is asked for where there is none, where it is for other hosts, and when two thirds of its life are over', () => {
  expect(isDue(undefined, wish, now)).toBe(true)
  expect(isDue(kept, wish, now)).toBe(false)
  expect(isDue({ ...kept, hosts: ['a.example'] }, wish, now)).toBe(true)
  expect(isDue({ ...kept, directory: 'https://other.example' }, wish, now)).toBe(true)
  expect(isDue({ ...kept, renewAt: earlier }, wish, now)).toBe(true)
})

test('what failed waits for its time, unless another deployment serves by now', () => {
  const failed = { ...kept, renewAt: null, tried: 'd1', nextTry: later }
  expect(isDue(failed, wish, now)).toBe(false)
  expect(isDue({ ...failed, nextTry: earlier }, wish, now)).toBe(true)
  expect(isDue(failed, { ...wish, deployment: 'd2' }, now)).toBe(true)
})
