import { expect, test } from 'vitest'
import { pretendFilter, pretending } from './pretend.ts'

const audit = 0xc000003e
const filter = pretendFilter({ audit, prctl: 157, pretended: [92, 105] })

/** The kernel's own way through the four kinds of instruction that are used. */
function decide(program: Buffer, arch: number, call: number): number {
  let word = 0
  for (let at = 0; at < program.length / 8; at++) {
    const code = program.readUInt16LE(at * 8)
    const operand = program.readUInt32LE(at * 8 + 4)
    if (code === 0x20) word = operand === 4 ? arch : call
    else if (code === 0x15) at += program.readUInt8(at * 8 + (word === operand ? 2 : 3))
    else return operand
  }
  throw new Error('ran past its end')
}

test.each([
  ['a pretended call', audit, 92, 0x00050000],
  ['the last pretended call', audit, 105, 0x00050000],
  ['any other call', audit, 1, 0x7fff0000],
  ['a call of another architecture', 0xc00000b7, 92, 0x7fff0000],
])('%s is decided rightly', (_what, arch, call, decision) => {
  expect(decide(filter, arch, call)).toBe(decision)
})

test('an architecture whose calls are not known pretends nothing', () => {
  expect(pretending('mips')).toBeUndefined()
  expect(pretending('arm64')?.[0]).toBe('perl')
})
