import { AtlasError } from '@atlas/core'
import { expect, test, vi } from 'vitest'
import { startTurns, type TurnsParts } from './turns.ts'

test.each([
  ['disk_full', 1],
  ['plan_stale', 4],
] as const)('a turn whose planning meets %s three times is planned %i times at once', async (code, times) => {
  const failures = 3
  let isHeld = false
  let looks = 0
  let plans = 0
  const waiting = {
    async take() {
      looks += 1
      if (isHeld) return undefined
      isHeld = true
      return { operation: 'one', workspace: 'default', wish: {}, by: undefined, cancelled: false }
    },
    giveBack: async () => {
      isHeld = false
    },
    begin: async () => true,
    bell: () => ({ next: () => ({ orAfter: () => new Promise((resolve) => setImmediate(resolve)) }), close: () => {} }),
  }
  const turns = startTurns({
    store: { waiting },
    log: { info: () => {}, warn: () => {} },
    plan: async () => {
      plans += 1
      if (plans <= failures) throw new AtlasError(code, 'not now')
      return {}
    },
  } as unknown as TurnsParts)
  await vi.waitFor(() => expect(looks).toBeGreaterThan(20))
  await turns.stop()
  expect(plans).toBe(times)
})
