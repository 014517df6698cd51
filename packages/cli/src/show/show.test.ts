import { stripVTControlCharacters } from 'node:util'
import type { Infrastructure, Operation, Step } from '@atlas/client'
import { createColors } from 'picocolors'
import { expect, test } from 'vitest'
import { showInfrastructure } from './infrastructure.ts'
import { cancelling, showOperation, showOperations } from './operations.ts'

const plain = createColors(false)
const colourful = createColors(true)

const machine = {
  name: 'web1',
  type: 'machine',
  id: '7',
  phase: 'ready',
  generation: 0,
  specifications: { size: 's-1vcpu-1gb' },
  attributes: { public_ip: '127.77.0.2', private_ip: '10.0.0.2' },
  depends_on: [],
  monthly_cost: 6,
  observed_at: null,
  ssh: { host: '127.77.0.2', port: 22, user: 'root' },
} as const satisfies Infrastructure['resources'][number]

const { ssh: _, ...unreachable } = machine

const shop: Infrastructure = {
  id: 'i1',
  name: 'shop',
  provider: 'digitalocean',
  account: 'a',
  region: 'lon1',
  revision: 1,
  status: 'ready',
  monthly_cost: 6,
  tags: {},
  resource_count: 1,
  resources: [
    machine,
    {
      ...unreachable,
      name: 'net',
      type: 'vpc',
      phase: 'missing',
      attributes: { ip_range: '10.0.0.0/20' },
      specifications: {},
      monthly_cost: null,
    },
  ],
  created_at: '2026-11-20T11:00:00.000Z',
  updated_at: '2026-11-20T11:00:00.000Z',
}

const operation: Operation = {
  id: 'op-1',
  infrastructure: 'shop',
  kind: 'apply',
  plan_hash: 'h',
  status: 'failed',
  waits_for: null,
  cancel_requested: false,
  total_steps: 2,
  completed_steps: 1,
  current_step: null,
  created_resources: ['net'],
  budget_override: null,
  cost_change: 6,
  error: { code: 'cloud_refused', message: 'no room in lon1' },
  request_id: null,
  trace_id: null,
  created_at: '2026-11-20T11:00:00.000Z',
  started_at: '2026-11-20T11:00:00.000Z',
  finished_at: '2026-11-20T11:00:04.500Z',
}

const step: Step = {
  n: 0,
  action: 'create',
  resource: 'net',
  type: 'vpc',
  gone: false,
  status: 'done',
  attempt: 1,
  started_at: '2026-11-20T11:00:00.000Z',
  finished_at: '2026-11-20T11:00:00.400Z',
  error: null,
}

test('an infrastructure is a title and a table', () => {
  expect(showInfrastructure(shop, plain)).toMatchInlineSnapshot(`
    "shop  ready  digitalocean lon1  2 resources  $6.00 a month

    NAME   TYPE      STATE     SIZE          ADDRESS       SSH                  A MONTH
    web1   machine   ready     s-1vcpu-1gb   127.77.0.2    root@127.77.0.2:22     $6.00
    net    vpc       missing                 10.0.0.0/20                              –"
  `)
})

test('operations are a table', () => {
  expect(showOperations([operation], Date.parse('2026-11-20T11:05:00.000Z'), plain)).toMatchInlineSnapshot(`
    "ID     KIND    INFRASTRUCTURE   STATUS   STEPS     COST   MADE
    op-1   apply   shop             failed     1/2   +$6.00   5 min ago"
  `)
})

test('an operation tells its error and its steps', () => {
  expect(showOperation(operation, [step], plain)).toMatchInlineSnapshot(`
    "op-1  apply shop  failed
    1 of 2 steps, +$6.00 a month, took 4.5 s
    cloud_refused: no room in lon1

    STEP   WHAT             STATUS   ATTEMPTS    TOOK   ERROR
       0   create vpc net   done            1   0.4 s"
  `)
  expect(showOperation(operation, [{ ...step, action: 'delete', gone: true }], plain)).toContain('forget vpc net')
})

test('colours change no width', () => {
  expect(showInfrastructure(shop, colourful)).not.toBe(showInfrastructure(shop, plain))
  expect(stripVTControlCharacters(showInfrastructure(shop, colourful))).toBe(showInfrastructure(shop, plain))
})

test('what came of a wish to cancel is told as it is', () => {
  const told = (status: Operation['status'], moves = false) => cancelling({ id: 'one', kind: 'deploy', status }, moves)
  expect(told('cancelled')).toBe('Operation one was cancelled.')
  expect(told('in_progress')).toBe('Operation one is being cancelled: calls under way are settled first.')
  expect(told('in_progress', true)).toBe('Operation one is not being cancelled: its traffic moves already.')
  expect(told('succeeded', true)).toContain('was not cancelled but has succeeded: its traffic had begun to move')
  expect(told('failed')).toBe('Operation one was not cancelled but has failed: it came too late.')
})
