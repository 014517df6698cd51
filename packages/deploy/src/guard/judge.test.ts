import { expect, test } from 'vitest'
import { judge, type Verdict, type Watched } from './judge.ts'

const target = (machine: string, more: Partial<Watched> = {}): Watched => {
  return { service: 'backend', machine, out: false, bad: 0, good: 0, ...more }
}
const well: Verdict = { kind: 'well' }
const refused: Verdict = { kind: 'wrong', reason: 'it takes no connection', sure: true }
const slow: Verdict = { kind: 'wrong', reason: 'it answered 500', sure: false }
const says = (verdicts: Record<string, Verdict>) => (one: Watched) => verdicts[one.machine] ?? well

test('a target at which nobody listens is out at once, with its reason', () => {
  const { ejected, targets } = judge([target('web1'), target('web2')], says({ web2: refused }))
  expect(ejected).toEqual([{ service: 'backend', machine: 'web2', reason: 'it takes no connection' }])
  expect(targets.map(({ out }) => out)).toEqual([false, true])
})

test('one that answers badly is out when it does so again', () => {
  const first = judge([target('web1'), target('web2')], says({ web2: slow }))
  expect(first.ejected).toEqual([])
  expect(judge(first.targets, says({ web2: slow })).ejected).toHaveLength(1)
  expect(judge(judge(first.targets, says({})).targets, says({ web2: slow })).ejected).toEqual([])
})

test('the last one stays, whatever it says', () => {
  const all = judge(
    [target('web1'), target('web2'), target('web3')],
    says({ web1: refused, web2: refused, web3: refused }),
  )
  expect(all.ejected.map(({ machine }) => machine)).toEqual(['web1', 'web2'])
  expect(judge(all.targets, says({ web3: refused })).ejected).toEqual([])
})

test('it is back once it has answered well twice in a row', () => {
  const out = [target('web1'), target('web2', { out: true })]
  const once = judge(out, says({}))
  expect(once.restored).toEqual([])
  expect(judge(judge(once.targets, says({ web2: slow })).targets, says({})).restored).toEqual([])
  expect(judge(once.targets, says({})).restored).toEqual([{ service: 'backend', machine: 'web2' }])
})

test('who could not be asked is as before', () => {
  const targets = [target('web1'), target('web2', { out: true, bad: 1 })]
  expect(judge(targets, () => ({ kind: 'unknown' })).targets).toEqual(targets)
})
