import { expect, test } from 'vitest'
import { hold, type Limits } from './limits.ts'

const size = { vcpus: 1, memoryMb: 512 }

function group(refuses: 'set' | 'take' | undefined, done: string[]): Limits {
  const act = (name: 'set' | 'take') => () => {
    done.push(name)
    if (name === refuses) throw new Error(`${name}: not permitted`)
  }
  return { join: [], set: act('set'), take: act('take'), slowDisk: () => true, remove: () => done.push('remove') }
}

test('a machine is held to its size', () => {
  const done: string[] = []
  expect(hold(() => group(undefined, done), size, 7)).toHaveProperty('join')
  expect(done).toEqual(['set', 'take'])
})

test.each([
  ['set', ['set', 'remove']],
  ['take', ['set', 'take', 'remove']],
] as const)('where its group refuses to %s, it is told why and the group goes', (refuses, steps) => {
  const done: string[] = []
  expect(hold(() => group(refuses, done), size, 7)).toEqual({ why: `${refuses}: not permitted` })
  expect(done).toEqual(steps)
})

test('where no group can be made, it is told why', () => {
  const none = () => {
    throw new Error('no space left on device')
  }
  expect(hold(none, size, 7)).toEqual({ why: 'no space left on device' })
})
