import type { AtlasEvent, Operation, OperationStep } from '@atlas/core'

const endings = {
  succeeded: 'deployment.completed',
  failed: 'deployment.failed',
  cancelled: 'operation.cancelled',
} as const

/** The events that end an operation. */
export const isEnding = (operation: string) => (event: AtlasEvent) =>
  event.operation === operation && Object.values<string>(endings).includes(event.type)

/** Pure. What a follower missed, saw twice or in the wrong order, compared with what is kept. */
export function missed(followed: readonly AtlasEvent[], kept: readonly AtlasEvent[]): string[] {
  const seen = followed.map(({ id }) => id)
  const all = kept.map(({ id }) => id)
  const unseen = all.filter((id) => !seen.includes(id)).map((id) => `event ${id} never came`)
  const disorder = seen.flatMap((id, n) =>
    n > 0 && id <= seen[n - 1]! ? [`event ${id} came after ${seen[n - 1]}`] : [],
  )
  return [...unseen, ...disorder]
}

/** Pure. Transitions of an operation that is over whose events are not there exactly once and in order. */
export function untold(
  operation: Operation & { epoch: number },
  steps: readonly OperationStep[],
  kept: readonly AtlasEvent[],
): string[] {
  const events = kept.filter((event) => event.operation === operation.id && event.type !== 'resource.swept')
  const once = (type: string, why: string) => {
    const found = events.filter((event) => event.type === type).length
    return found === 1 ? [] : [`${type} was told ${found} times, ${why}`]
  }
  const status = operation.status as keyof typeof endings
  return [
    ...once('operation.queued', 'of an operation that began'),
    ...once(endings[status], `of an operation that ${status}`),
    ...(events[0]?.type === 'operation.queued' ? [] : ['the first event is not operation.queued']),
    ...(events.at(-1)?.type === endings[status] ? [] : ['the last event is not the end']),
    ...takeovers(events, operation.epoch),
    ...steps.flatMap((step) =>
      untoldOf(
        step,
        events.filter((event) => event.step === step.n),
      ),
    ),
  ]
}

/** Each worker that had it is told, in the order of the epochs. */
function takeovers(events: readonly AtlasEvent[], last: number): string[] {
  const epochs = events
    .filter(({ type }) => type === 'deployment.started' || type === 'operation.taken_over')
    .map(({ data }) => Number(factsOf(data).epoch))
  if (epochs.length === last && epochs.every((epoch, n) => epoch === n + 1)) return []
  return [`the epochs told are ${epochs.join(', ')}; it is at ${last}`]
}

function untoldOf({ n, status, attempt }: OperationStep, events: readonly AtlasEvent[]): string[] {
  const told = (type: string) => events.filter((event) => event.type === type)
  const intents = events.filter(({ type }) => type === 'step.started' || type === 'step.retrying')
  const attempts = intents.map(({ data }) => factsOf(data).attempt).filter((one) => one !== undefined)
  const ends = events.filter(({ type }) => type === 'step.done' || type === 'step.failed' || type === 'step.skipped')
  const expected = `step.${status}`
  return [
    ...(ends.length === 1 && ends[0]!.type === expected
      ? []
      : [`step ${n} is ${status}, told: ${ends.map(({ type }) => type).join(', ') || 'nothing'}`]),
    ...(attempts.every((one, at) => one === at + 1) && attempts.length === attempt
      ? []
      : [`step ${n} has ${attempt} attempts, told: ${attempts.join(', ')}`]),
    ...(told('step.started').length === Math.min(1, attempt) ? [] : [`step ${n} was not told to have started once`]),
    ...(told('step.adopted').length + told('step.waiting').length > 1
      ? [`step ${n} was made ours more than once`]
      : []),
    ...(ends.length > 0 && events.at(-1) !== ends[0] ? [`step ${n} went on after its end`] : []),
  ]
}

const factsOf = (data: AtlasEvent['data']) => data as { epoch?: number; attempt?: number }
