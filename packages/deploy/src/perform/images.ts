import type { Task } from '@atlas/engine'
import type { Service } from '../plan/input.ts'
import { platformNamed } from '../platforms/index.ts'
import type { Elsewhere } from '../platforms/platform.ts'
import { patiently } from './patience.ts'
import type { OnMachine, PerformerParts } from './performer.ts'

/** The digest is told: it stays with the step, and the steps behind it go by nothing else. */
export async function buildOnce({ sources }: PerformerParts, { task, given, on, tell }: OnMachine): Promise<void> {
  const { service, project, release } = given
  const { url, commit } = given.source
  const tree = await sources({ workspace: task.workspace, project }).tree(url, commit)
  const { build } = platformNamed(service.platform)
  const image = await on((at) => build!(at, { project, service, release, commit, tree }))
  tell({ service: service.name, image })
}

/** A service with the image that this operation built of it, where it built one. */
export function builtIn(task: Task, service: Service): Service {
  const step = task.plan.work?.find(
    ({ action, specifications }) =>
      action === 'build' && (specifications.service as { name?: unknown }).name === service.name,
  )
  const image = step && task.told(step.n)?.image
  return typeof image === 'string' ? { ...service, image } : service
}

export async function deliverAll(parts: PerformerParts, { task, given, on, tell }: OnMachine): Promise<void> {
  const { workspace, infrastructure } = task
  if (given.fresh) await patiently(() => on(async () => {}), task.signal)
  const tree = await parts.sources({ workspace, project: given.project }).tree(given.source.url, given.source.commit)
  const elsewhere = given.elsewhere.map(
    (machine): Elsewhere =>
      (what) =>
        parts.machines.use({ workspace, infrastructure, machine }, what),
  )
  const all = given.services.map((service) => builtIn(task, service))
  let sent: number | undefined
  for (const name of new Set(all.map(({ platform }) => platform))) {
    const services = all.filter(({ platform }) => platform === name)
    const bytes = await on((at) =>
      platformNamed(name).deliver(at, { release: given.release, tree, services, elsewhere }),
    )
    if (bytes !== undefined) sent = (sent ?? 0) + bytes
  }
  if (sent !== undefined) tell({ bytes: sent })
}
