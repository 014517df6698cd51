import type { Step } from '@atlas/client'
import type { CloudEvent } from '@atlas/core'
import { duration, harmless } from '../show/text.ts'

/** An operation as its events have shown it so far. A value: `advance` gives the next one. */
export interface Progress {
  steps: readonly StepProgress[]
}

export interface StepProgress {
  n: number
  label: string
  action: Step['action']
  /** A deletion that deletes nothing: it was gone before (`gone`), or stays in the account (`kept`). */
  spares?: 'gone' | 'kept'
  status: Step['status']
  /** Why it takes longer: a retry, an answer that was lost. */
  note: string
  startedAt: number | undefined
  finishedAt: number | undefined
}

const time = (iso: string | null) => (iso === null ? undefined : Date.parse(iso))

export const begin = (steps: readonly Step[]): Progress => ({
  steps: steps.map((step) => ({
    n: step.n,
    label: harmless(`${step.type} ${step.resource}`),
    action: step.action,
    ...(step.gone && { spares: 'gone' as const }),
    status: step.status,
    note: step.error === null ? '' : harmless(step.error),
    startedAt: time(step.started_at),
    finishedAt: time(step.finished_at),
  })),
})

/** The next state, and the step that changed, if one did. */
export function advance(
  progress: Progress,
  event: CloudEvent,
): { progress: Progress; changed: StepProgress | undefined } {
  const before = progress.steps.find(({ n }) => n === event.step)
  const change = before && changeOf(before, event)
  if (!change) return { progress, changed: undefined }
  const changed = { ...before, ...change, ...sparing(event) }
  const next = { steps: progress.steps.map((step) => (step === before ? changed : step)) }
  return { progress: next, changed: isUnneeded(changed) ? undefined : changed }
}

const isWayBack = ({ action }: StepProgress) => action === 'restore' || action === 'withdraw'

/** A way back that nobody had to take is no news. */
const isUnneeded = (step: StepProgress) => step.status === 'skipped' && isWayBack(step)

/** How many steps have ended, and how many there are; those of the way back only once it is taken. */
export function counted({ steps }: Progress): { ended: number; all: number } {
  const taken = steps.filter((step) => !isWayBack(step) || (step.status !== 'pending' && step.status !== 'skipped'))
  return { ended: taken.filter(finished).length, all: taken.length }
}

function changeOf(step: StepProgress, event: CloudEvent): Partial<StepProgress> | undefined {
  const at = Date.parse(event.time)
  const said = messageOf(event)
  switch (event.type) {
    case 'step.started':
      return { status: 'running', startedAt: step.startedAt ?? at, finishedAt: undefined, note: '' }
    case 'step.retrying':
      return { note: said ? `trying again: ${said}` : 'trying again' }
    case 'step.settling':
      return { note: 'the answer was lost: finding out what became of it' }
    case 'step.adopted':
      return { note: 'found again after a lost answer' }
    case 'step.done':
      return { status: 'done', finishedAt: at }
    case 'step.failed':
      return { status: 'failed', finishedAt: at, note: said }
    case 'step.skipped':
      return { status: 'skipped', finishedAt: at, note: said }
    default:
      return undefined
  }
}

function sparing({ data }: CloudEvent): Pick<StepProgress, 'spares'> {
  if (data === null || typeof data !== 'object' || Array.isArray(data)) return {}
  return data.gone === true ? { spares: 'gone' } : data.kept === true ? { spares: 'kept' } : {}
}

/** What an event says in words, whatever its data is otherwise. */
function messageOf({ data }: CloudEvent): string {
  if (data === null || typeof data !== 'object' || Array.isArray(data)) return ''
  const { message, error, reason } = data
  const said = [message, error, reason].find((word) => typeof word === 'string')
  return typeof said === 'string' ? harmless(said) : ''
}

const verbs = {
  create: { running: 'creating', done: 'created' },
  update: { running: 'updating', done: 'updated' },
  delete: { running: 'deleting', done: 'deleted' },
  adopt: { running: 'importing', done: 'imported' },
  release: { running: 'releasing', done: 'released' },
  gone: { running: 'looking once more for', done: 'forgot, as it was gone already:' },
  kept: { running: 'deleting', done: 'let go, and left in the account:' },
  fetch: { running: 'fetching', done: 'fetched' },
  build: { running: 'building', done: 'built' },
  deliver: { running: 'delivering', done: 'delivered' },
  start: { running: 'starting', done: 'started' },
  probe: { running: 'probing', done: 'healthy:' },
  once: { running: 'running the release command of', done: 'ran the release command of' },
  switch: { running: 'moving traffic of', done: 'moved traffic of' },
  drain: { running: 'draining', done: 'drained' },
  stop: { running: 'stopping what is old of', done: 'stopped what was old of' },
  prune: { running: 'pruning', done: 'pruned' },
  tag: { running: 'tagging', done: 'tagged' },
  restore: { running: 'keeping traffic where it was:', done: 'kept traffic where it was:' },
  withdraw: { running: 'withdrawing', done: 'withdrew' },
} as const

/** One line for one step, without colour or mark. `now` is for what still runs. */
export function stepLine(
  { action, spares, label, status, note, startedAt, finishedAt }: StepProgress,
  now: number,
): string {
  const { running, done } = verbs[spares ?? action]
  const verb =
    status === 'done' ? done : status === 'running' ? running : `${spares === 'gone' ? 'forget' : action}: ${status}`
  const took = startedAt === undefined ? '' : ` (${duration(Math.max(0, (finishedAt ?? now) - startedAt))})`
  return `${verb} ${label}${took}${note === '' ? '' : ` – ${firstLine(note)}`}`
}

/** What many machines printed alike stands once, in the error at the end. */
function firstLine(note: string): string {
  const [first = '', ...more] = note.split('\n')
  return more.length > 0 ? `${first} …` : first
}

export const finished = ({ status }: StepProgress): boolean => status !== 'pending' && status !== 'running'
