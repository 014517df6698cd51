import { expect, test } from 'vitest'
import { judge, type Verdict, type Watched } from './judge.ts'

const target = (machine: string, more: Partial<Watched> = {}): Watched => {
  return { service: 'backend', machine, out: false, failing: false, bad: 0, good: 0, ...more }
}
const well: Verdict = { kind: 'well' }
const refused: Verdict = { kind: 'wrong', reason: 'it takes no connection', sure: true }
const slow: Verdict = { kind: 'wrong', reason: 'it answered 500', sure: false }
const says = (verdicts: Record<string, Verdict>) => (one: Watched) => verdicts[one.machine] ?? well

test('a target at which nobody listens is out at once, with its reason', () => {
  const { ejected, targets } = judge([target('web1'), target('web2')], says({ web2: refused }))
  expect(ejected).toEqual([{ service: 'backend', machine: 'web2', reason: 'it takes no connection', stays: false }])
  expect(targets.map(({ out }) => out)).toEqual([false, true])
})

test('one that answers badly is out when it does so again', () => {
  const first = judge([target('web1'), target('web2')], says({ web2: slow }))
  expect(first.ejected).toEqual([])
  expect(judge(first.targets, says({ web2: slow })).ejected).toHaveLength(1)
  expect(judge(judge(first.targets, says({})).targets, says({ web2: slow })).ejected).toEqual([])
})

test('the last one stays, whatever it says; that it fails is told once', () => {
  const all = judge(
    [target('web1'), target('web2'), target('web3')],
    says({ web1: refused, web2: refused, web3: refused }),
  )
  expect(all.ejected.map(({ machine, stays }) => [machine, stays])).toEqual([
    ['web1', false],
    ['web2', false],
    ['web3', true],
  ])
  expect(all.targets.map(({ out, failing }) => [out, failing])).toEqual([
    [true, false],
    [true, false],
    [false, true],
  ])
  expect(judge(all.targets, says({ web1: refused, web2: refused, web3: refused })).ejected).toEqual([])
})

test('the only one that there is answers again after two good answers', () => {
  const down = judge([target('web1')], says({ web1: refused }))
  const once = judge(down.targets, says({}))
  expect(once.restored).toEqual([])
  const again = judge(once.targets, says({}))
  expect(again).toMatchObject({ restored: [{ machine: 'web1' }], targets: [{ failing: false }] })
})

test('the last one that failed goes out once another is there', () => {
  const targets = [target('web1', { failing: true }), target('web2', { out: true, good: 1 })]
  const back = judge(targets, says({ web1: refused }))
  expect(back.restored).toEqual([{ service: 'backend', machine: 'web2' }])
  expect(judge(back.targets, says({ web1: refused })).ejected).toMatchObject([{ machine: 'web1', stays: false }])
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
