import type { Operation, Step } from '@atlas/client'
import type { Colours } from '../terminal.ts'
import { table } from './table.ts'
import { ago, duration, harmless, moneyChange } from './text.ts'

export const statusWords: Record<Operation['status'], string> = {
  queued: 'queued',
  in_progress: 'in progress',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
}

export function paintStatus(status: Operation['status'], { green, red, yellow, cyan }: Colours): string {
  const paint = { queued: cyan, in_progress: cyan, succeeded: green, failed: red, cancelled: yellow }[status]
  return paint(statusWords[status])
}

export const showOperations = (all: readonly Operation[], now: number, colours: Colours): string =>
  table(
    all,
    [
      { head: 'id', cell: ({ id }) => id },
      { head: 'kind', cell: ({ kind }) => kind },
      { head: 'infrastructure', cell: ({ infrastructure }) => infrastructure },
      {
        head: 'status',
        cell: ({ status }) => statusWords[status],
        paint: (_text, { status }) => paintStatus(status, colours),
      },
      { head: 'steps', cell: ({ completed_steps, total_steps }) => `${completed_steps}/${total_steps}`, right: true },
      { head: 'cost', cell: ({ cost_change }) => moneyChange(cost_change), right: true },
      { head: 'made', cell: ({ created_at }) => ago(created_at, now) },
    ],
    colours,
  )

/** One operation and its steps. */
export function showOperation(operation: Operation, steps: readonly Step[], colours: Colours): string {
  const { id, kind, infrastructure, status, completed_steps, total_steps, cost_change, error } = operation
  const facts = [
    `${colours.bold(id)}  ${kind} ${infrastructure}  ${paintStatus(status, colours)}`,
    `${completed_steps} of ${total_steps} steps, ${moneyChange(cost_change)} a month${tookText(operation)}`,
  ]
  if (error) facts.push(colours.red(`${error.code}: ${harmless(error.message)}`))
  return steps.length === 0 ? facts.join('\n') : `${facts.join('\n')}\n\n${stepTable(steps, colours)}`
}

const stepTable = (steps: readonly Step[], colours: Colours) =>
  table(
    steps,
    [
      { head: 'step', cell: ({ n }) => String(n), right: true },
      { head: 'what', cell: ({ action, gone, type, resource }) => `${gone ? 'forget' : action} ${type} ${resource}` },
      { head: 'status', cell: ({ status }) => status },
      { head: 'attempts', cell: ({ attempt }) => String(attempt), right: true },
      { head: 'took', cell: took, right: true },
      { head: 'error', cell: ({ error }) => error ?? '' },
    ],
    colours,
  )

const tookText = (operation: Operation) => (took(operation) === '' ? '' : `, took ${took(operation)}`)

const took = ({ started_at, finished_at }: { started_at: string | null; finished_at: string | null }): string =>
  started_at && finished_at ? duration(Date.parse(finished_at) - Date.parse(started_at)) : ''

/** What came of a wish to cancel. @param moves whether it has begun to move traffic, from where a deploy is carried through */
export function cancelling({ id, status, kind }: Pick<Operation, 'id' | 'status' | 'kind'>, moves: boolean): string {
  if (status === 'cancelled') return `Operation ${id} was cancelled.`
  const why = moves ? 'its traffic had begun to move, and a deploy is carried through from there' : 'it came too late'
  if (status === 'succeeded' || status === 'failed')
    return `Operation ${id} was not cancelled but has ${status}: ${why}.`
  if (moves && kind === 'deploy') return `Operation ${id} is not being cancelled: its traffic moves already.`
  return `Operation ${id} is being cancelled: calls under way are settled first.`
}
