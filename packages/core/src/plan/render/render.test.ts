import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { plan } from '../plan.ts'
import type { Plan } from '../types.ts'
import { emptyWorld, inputFor, resource } from '../world.fixture.ts'
import { renderMarkdown } from './markdown.ts'
import { type Palette, renderText } from './text.ts'

// What plans look like is in ../__cases__; here is what must hold of every rendering.

const planned = plan(
  inputFor(emptyWorld(), [resource('vpc', 'net'), resource('machine', 'web1', { size: 's-1vcpu-1gb' })]),
)

const red = (text: string) => `\x1b[31m${text}\x1b[39m`
const colourful: Palette = { add: red, change: red, remove: red, warn: red, dim: red, bold: red }

test('colours change no width', () => {
  expect(renderText(planned, colourful)).toContain('\x1b[31m')
  expect(stripVTControlCharacters(renderText(planned, colourful))).toBe(renderText(planned))
})

test('what the cloud says of a failure cannot take over a terminal or break a table', () => {
  const [net] = planned.resources
  const nasty: Plan = {
    ...planned,
    resources: [{ ...net!, reason: 'failed: \x1b[2J\r| gone |\n' }],
    warnings: ['\x07'],
  }
  const text = renderText(nasty)
  for (const control of ['\x1b', '\r', '\x07']) expect(text).not.toContain(control)
  expect(renderMarkdown(nasty)).toContain('failed: �[2J�\\| gone \\|�')
})
