import { expect, test } from 'vitest'
import { inspectTerminal } from './terminal.ts'

const inspect = (env: NodeJS.ProcessEnv, isTTY: boolean) =>
  inspectTerminal({ env, stdin: { isTTY }, stdout: { isTTY } })

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, false, false],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, false, false],
  [{ TERM: 'dumb' }, true, false],
  [{ CI: 'true' }, false, false],
])('%j on a terminal: %j, colours: %j', (env, isTTY, colours) => {
  expect(inspect(env, isTTY).colours.isColorSupported).toBe(colours)
})

test('nobody is asked and nothing is redrawn without a terminal', () => {
  expect(inspect({}, false)).toMatchObject({ asks: false, redraws: false })
  expect(inspect({}, true)).toMatchObject({ asks: true, redraws: true })
})
