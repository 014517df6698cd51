import type { Task } from '@atlas/engine'
import type { Service } from '../plan/input.ts'
import { platformNamed } from '../platforms/index.ts'
import type { Elsewhere, ImageRegistry } from '../platforms/platform.ts'
import { loginsFor } from './logins.ts'
import { patiently } from './patience.ts'
import type { OnMachine, PerformerParts } from './performer.ts'

/** The digest is told: it stays with the step, and the steps behind it go by nothing else. */
export async function buildOnce(parts: PerformerParts, doing: OnMachine): Promise<void> {
  const { task, given, on, tell } = doing
  const { service, project, release } = given
  const { url, commit } = given.source
  const tree = await parts.sources({ workspace: task.workspace, project }).tree(url, commit)
  const registry = await registryOf(parts, doing)
  const { build } = platformNamed(service.platform)
  const image = await on((at) => build!(at, { project, service, release, commit, tree, registry }))
  tell({ service: service.name, image })
}

/** With its password, where it wants one. */
async function registryOf({ secrets }: PerformerParts, { given, task }: OnMachine): Promise<ImageRegistry | undefined> {
  const { registry, project, environment } = given
  if (!registry) return undefined
  const { host, prefix, username, secret } = registry
  if (username === undefined || secret === undefined) return { host, prefix }
  const place = { workspace: task.workspace, project, environment }
  const [login] = await loginsFor(secrets, place, [{ registry: host, username, secret }])
  return { host, prefix, login }
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

export async function deliverAll(parts: PerformerParts, doing: OnMachine): Promise<void> {
  const { task, given, on, tell } = doing
  const { workspace, infrastructure } = task
  if (given.fresh) await patiently(() => on(async () => {}), task.signal)
  const tree = await parts.sources({ workspace, project: given.project }).tree(given.source.url, given.source.commit)
  const elsewhere = given.elsewhere.map(
    (machine): Elsewhere =>
      (what) =>
        parts.machines.use({ workspace, infrastructure, machine }, what),
  )
  const all = given.services.map((service) => builtIn(task, service))
  const registry = await registryOf(parts, doing)
  let sent: number | undefined
  for (const name of new Set(all.map(({ platform }) => platform))) {
    const services = all.filter(({ platform }) => platform === name)
    const bytes = await on((at) =>
      platformNamed(name).deliver(at, { release: given.release, tree, services, elsewhere, registry }),
    )
    if (bytes !== undefined) sent = (sent ?? 0) + bytes
  }
  if (sent !== undefined) tell({ bytes: sent })
}
