import { type Cloud, nextId } from '../cloud.ts'
import type { Action } from '../records/types.ts'
import { dropletRunners } from './droplet-actions.ts'

/**
 * The life of an action: `begin` writes it down as in-progress (and locks a droplet) before the answer leaves; its
 * runner carries it out in the background, one per resource at a time; then it is completed or errored. Runners may be
 * repeated: what a stop of the sandbox interrupted, `resume` runs again.
 */
export type Runner = (cloud: Cloud, action: Action) => Promise<void>

const runners: Readonly<Record<string, Runner>> = { ...dropletRunners }

type NewAction = Pick<Action, 'type' | 'resource' | 'resourceType' | 'region'> & { params?: Action['params'] }

export function begin(cloud: Cloud, fields: NewAction): Action {
  const id = nextId(cloud, 'action')
  const action = cloud.actions.put({ params: {}, ...fields, id, status: 'in-progress', startedAt: cloud.clock.now() })
  if (action.resourceType === 'droplet') cloud.droplets.update(action.resource, { locked: true })
  schedule(cloud, action)
  return action
}

/** Takes up what was in progress when the sandbox stopped. */
export function resume(cloud: Cloud): void {
  for (const action of cloud.actions.all()) if (action.status === 'in-progress') schedule(cloud, action)
}

function schedule(cloud: Cloud, action: Action): void {
  cloud.background.start(`${action.resourceType}:${action.resource}`, () => run(cloud, action))
}

async function run(cloud: Cloud, action: Action): Promise<void> {
  const runner = runners[`${action.resourceType}:${action.type}`]
  try {
    if (!runner) throw new Error(`no work is known for ${action.resourceType} ${action.type}`)
    await runner(cloud, action)
    end(cloud, action, { status: 'completed' })
  } catch (error) {
    if (cloud.background.stopping.aborted) return
    end(cloud, action, { status: 'errored', error: error instanceof Error ? error.message : String(error) })
  }
}

function end(cloud: Cloud, action: Action, outcome: Pick<Action, 'status' | 'error'>): void {
  cloud.actions.update(action.id, { ...outcome, completedAt: cloud.clock.now() })
  if (action.resourceType === 'droplet') cloud.droplets.update(action.resource, { locked: false })
}
