import { type Cloud, nextId } from '../cloud.ts'
import type { Action, Droplet } from '../records/types.ts'
import { dropletRunners } from './droplet-actions.ts'
import { imageRunners } from './image-actions.ts'
import { reservedIpRunners } from './reserved-ip-actions.ts'
import { volumeRunners } from './volume-actions.ts'

/**
 * The life of an action: `begin` writes it down as in-progress (and locks a droplet) before the answer leaves; its
 * runner carries it out in the background, one per resource at a time; then it is completed or errored. Runners may be
 * repeated: what a stop of the sandbox interrupted, `resume` runs again.
 */
export type Runner = (cloud: Cloud, action: Action) => Promise<void>

const runners: Readonly<Record<string, Runner>> = {
  ...dropletRunners,
  ...imageRunners,
  ...reservedIpRunners,
  ...volumeRunners,
}

type NewAction = Pick<Action, 'type' | 'resource' | 'resourceType' | 'region' | 'droplet'> & {
  params?: Action['params']
}

export function begin(cloud: Cloud, fields: NewAction): Action {
  const id = nextId(cloud, 'action')
  const action = cloud.actions.put({ params: {}, ...fields, id, status: 'in-progress', startedAt: cloud.clock.now() })
  if (action.droplet !== undefined) cloud.droplets.update(action.droplet, { locked: true })
  schedule(cloud, action)
  return action
}

/** An action on a droplet, which it locks. */
export function beginOn(
  cloud: Cloud,
  { id, region }: Pick<Droplet, 'id' | 'region'>,
  type: string,
  params = {},
): Action {
  return begin(cloud, { type, resource: id, resourceType: 'droplet', region, droplet: id, params })
}

/** Takes up what was in progress when the sandbox stopped. */
export function resume(cloud: Cloud): void {
  for (const action of cloud.actions.all()) if (action.status === 'in-progress') schedule(cloud, action)
}

function schedule(cloud: Cloud, action: Action): void {
  const key = action.droplet === undefined ? `${action.resourceType}:${action.resource}` : `droplet:${action.droplet}`
  cloud.background.start(key, () => run(cloud, action))
}

async function run(cloud: Cloud, action: Action): Promise<void> {
  const runner = runners[`${action.resourceType}:${action.type}`]
  try {
    if (!runner) throw new Error(`no work is known for ${action.resourceType} ${action.type}`)
    await runner(cloud, action)
    end(cloud, action, { status: 'completed' })
  } catch (error) {
    if (cloud.background.stopping.aborted) return
    const message = error instanceof Error ? error.message : String(error)
    end(cloud, action, { status: 'errored', error: message })
    // Into the log: the API has no place to say why.
    throw new Error(`${action.type} of ${action.resourceType} ${action.resource} failed: ${message}`, { cause: error })
  }
}

function end(cloud: Cloud, action: Action, outcome: Pick<Action, 'status' | 'error'>): void {
  cloud.actions.update(action.id, { ...outcome, completedAt: cloud.clock.now() })
  if (action.droplet !== undefined) cloud.droplets.update(action.droplet, { locked: false })
}
