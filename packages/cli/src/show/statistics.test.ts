import { expect, test } from 'vitest'
import { inspectTerminal } from '../terminal.ts'
import { showStatistics } from './statistics.ts'

const plain = inspectTerminal({ env: { NO_COLOR: '1' }, stdin: {}, stdout: {} } as Parameters<
  typeof inspectTerminal
>[0])

test('numbers come with what they are made of, the most first, and without empty lines', () => {
  const shown = showStatistics(
    {
      infrastructure: { total: 3, by_status: { degraded: 1, ready: 2 }, by_provider: { digitalocean: 3 } },
      resources: { total: 0, by_type: {}, by_phase: {} },
      monthly_cost: 18.5,
      monthly_cost_by_provider: { digitalocean: 18.5 },
      currency: 'USD',
      operations: { last_24h: {}, last_30d: { in_progress: 1, succeeded: 4 } },
    },
    plain.colours,
  )
  expect(shown.split('\n').map((line) => line.trimEnd().replace(/ {2,}/g, ' | '))).toEqual([
    'WHAT | TOTAL | OF WHICH',
    'infrastructure | 3 | 2 ready, 1 degraded',
    ' | 3 digitalocean',
    'resources | 0',
    'operations, 24 h | 0',
    'operations, 30 days | 5 | 4 succeeded, 1 in progress',
    'cost | $18.50 | a month, list prices',
  ])
})
