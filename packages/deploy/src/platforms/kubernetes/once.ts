import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { AtlasError } from '@atlas/core'
import type { Once, OnceEnd } from '../platform.ts'
import { podSpec, type Slotted } from './deployment.ts'
import { type At, claim, write } from './fence.ts'
import type { Kinds, Wanted } from './kinds.ts'
import { type Lane, labelsOf, onceSlot, slotLabel } from './objects.ts'
import { lastWords } from './rollout.ts'

const pollMs = 400

/**
 * A Job of one pod that is never tried again, under a name made of the key: whoever asks with the same key is given the end of
 * the same run. It has the environment of the service's slot. When the signal fires the waiting ends, not the Job: `stop`
 * takes that away.
 */
export async function runJob(
  at: At,
  { key, command }: Pick<Once, 'key' | 'command'>,
  slotted: Slotted,
  signal: AbortSignal,
): Promise<OnceEnd> {
  await claim(at)
  const wanted = jobObject(at.lane, key, command, slotted)
  const { name } = wanted.metadata
  if (!(await at.client.read('Job', name))) await write(at, wanted)
  for (;;) {
    const job = await at.client.read('Job', name)
    if (!job)
      throw new AtlasError('cluster_refused', `Job ${name} of ${at.client.namespace} was deleted by somebody else.`)
    if (job.spec?.suspend) await write(at, wanted)
    if (isOver(job)) return endOf(at, name)
    await pause(pollMs, undefined, { signal })
  }
}

function jobObject(lane: Lane, key: string, command: string, slotted: Slotted): Wanted<'Job'> {
  const { service } = slotted
  const labels = labelsOf(lane, service.name, onceSlot)
  const { containers, ...pod } = podSpec(lane, slotted)
  const [{ name, image, envFrom, securityContext, volumeMounts, terminationMessagePolicy } = containers[0]!] =
    containers
  return {
    kind: 'Job',
    metadata: { name: `once-${createHash('sha256').update(key).digest('hex').slice(0, 12)}`, labels },
    spec: {
      suspend: false,
      backoffLimit: 0,
      template: {
        metadata: { labels },
        spec: {
          ...pod,
          restartPolicy: 'Never',
          containers: [
            {
              ...{ name, image, envFrom, securityContext, terminationMessagePolicy, command: ['sh', '-c', command] },
              ...(volumeMounts && { volumeMounts }),
            } as (typeof containers)[number],
          ],
        },
      },
    },
  }
}

const isOver = ({ status }: Kinds['Job']): boolean =>
  (status?.conditions ?? []).some(({ type, status: so }) => (type === 'Complete' || type === 'Failed') && so === 'True')

async function endOf({ client }: At, job: string): Promise<OnceEnd> {
  const pods = await client.list('Pod', { labels: `job-name=${job},${slotLabel}=${onceSlot}` })
  const pod = pods.at(-1)
  const ended = pod?.status?.containerStatuses?.[0]?.state?.terminated
  if (!pod || !ended) return { code: undefined, output: pod ? lastWords(pod) : '' }
  const output = await client.logs(pod.metadata!.name!, false).catch(() => lastWords(pod))
  return { code: ended.exitCode, output }
}
