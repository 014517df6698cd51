import { expect, test } from 'vitest'
import type { Kinds } from './kinds.ts'
import { judge } from './rollout.ts'

type Status = NonNullable<Kinds['Deployment']['status']>
const deployment = (status: Status): Kinds['Deployment'] => ({
  metadata: { generation: 2 },
  spec: { replicas: 2, selector: {}, template: {} },
  status: { observedGeneration: 2, ...status },
})
const late = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }]
const running: Kinds['Pod'] = {
  metadata: { name: 'backend-a-1' },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] },
}

test('a rollout is ready when every pod of it is available, and not by what was seen of the one before', () => {
  const all = { updatedReplicas: 2, availableReplicas: 2 }
  expect(judge(deployment(all), [])).toEqual({ is: 'ready' })
  expect(judge(deployment({ ...all, observedGeneration: 1 }), []).is).toBe('under way')
  expect(judge(deployment({ updatedReplicas: 1, availableReplicas: 2 }), []).is).toBe('under way')
})

test('one that takes too long fails with the probe that does not pass', () => {
  const events = [
    {
      reason: 'Unhealthy',
      involvedObject: { name: 'backend-a-1' },
      message: 'Readiness probe failed: statuscode: 500',
    },
  ] as Kinds['Event'][]
  expect(judge(deployment({ availableReplicas: 1, conditions: late }), [running], events)).toMatchObject({
    is: 'failed',
    told: '1/2 ready; Readiness probe failed: statuscode: 500',
  })
})

test('a pod without a node is told with the reason of the scheduler, and may still find one', () => {
  const unscheduled = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message: '0/3 nodes: no memory',
  }
  const pod = { metadata: { name: 'p' }, status: { phase: 'Pending', conditions: [unscheduled] } }
  expect(judge(deployment({}), [pod])).toEqual({
    is: 'under way',
    told: '0/2 ready; Unschedulable: 0/3 nodes: no memory',
  })
})

test('a service may wait for another by ending, three times', () => {
  const ended = (restartCount: number): Kinds['Pod'] => ({
    metadata: { name: 'p' },
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          ...{ name: 'backend', image: 'i', imageID: 'i', ready: false, restartCount },
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: { terminated: { exitCode: 1, reason: 'Error' } },
        },
      ],
    },
  })
  expect(judge(deployment({}), [ended(2)]).is).toBe('under way')
  expect(judge(deployment({}), [ended(3)])).toMatchObject({ is: 'failed', told: expect.stringContaining('code 1') })
})
