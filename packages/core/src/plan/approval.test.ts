import { expect, test } from 'vitest'
import { whyApproval } from './approval.ts'
import type { Plan } from './types.ts'

const step = (action: 'create' | 'delete', more: object = {}) => ({ action, ...more }) as Plan['steps'][number]
const making = { steps: [step('create')], consentNeeded: [] }
const deleting = { steps: [step('delete')], consentNeeded: [] }
const forgetting = { steps: [step('delete', { gone: true })], consentNeeded: [] }
const losing = { steps: [], consentNeeded: [{ resource: 'data', why: 'data on the volume' }] }
const agent = { kind: 'agent' }
const person = { kind: 'token' }

test('an agent is approved under every policy, whatever the plan does', () => {
  for (const policy of ['agents', 'destructive', 'always'] as const)
    for (const plan of [making, deleting, forgetting, losing]) expect(whyApproval(plan, policy, agent)).toBeDefined()
})

test('others are approved as the workspace says', () => {
  const asked = (policy: 'agents' | 'destructive' | 'always') =>
    [making, deleting, forgetting, losing].map((plan) => whyApproval(plan, policy, person) !== undefined)
  expect(asked('agents')).toEqual([false, false, false, false])
  expect(asked('destructive')).toEqual([false, true, false, true])
  expect(asked('always')).toEqual([true, true, true, true])
})
