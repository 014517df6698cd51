import { createHash } from 'node:crypto'
import { canonical } from '@atlas/core'
import type { DeploymentSpec } from '../plan/input.ts'
import { placesOf } from '../plan/route.ts'
import { portOf } from '../plan/site.ts'
import type { At } from '../platforms/kubernetes/fence.ts'
import { drained, prepare, pruneLogins, route, routeBack, settled, start, stop } from '../platforms/kubernetes/lane.ts'
import { runJob } from '../platforms/kubernetes/once.ts'
import type { Cluster } from '../platforms/kubernetes/settings.ts'
import { withoutSecrets } from '../redact.ts'
import { hiddenValues } from '../secrets.ts'
import { loginsFor } from './logins.ts'
import { onSource } from './on-source.ts'
import { runOnce } from './once.ts'
import type { Actions, Doing, PerformerParts } from './performer.ts'
import { variablesFor } from './variables.ts'

interface InCluster extends Doing {
  cluster: Cluster
}

/** The steps of a deploy to Kubernetes: the same ends as on machines, brought about through the API server. */
export const inCluster: Actions<InCluster> = {
  ...onSource,

  async deliver(parts, doing) {
    await prepare(
      await open(parts, doing),
      specOf(doing).services,
      await loginsFor(parts.secrets, placeOf(doing), doing.cluster.image_pull_secrets ?? []),
    )
  },

  async start(parts, doing) {
    const { service, release, slot, port } = doing.given
    const { variables, secrets, versions } = await variablesFor(parts.secrets, doing.task, doing.given)
    const environment = createHash('sha256').update(canonical({ variables, versions })).digest('hex').slice(0, 16)
    await start(await open(parts, doing), { service, release, slot, port, environment }, { variables, secrets })
  },

  async probe(parts, doing) {
    const { service, slot } = doing.given
    await withoutSecrets(
      () => valuesOf(parts, doing),
      async () => settled(await open(parts, doing), service, slot, doing.task.signal),
    )
  },

  async once(parts, doing) {
    const at = await open(parts, doing)
    const { service, release } = doing.given
    const { slot } = specOf(doing).running[service.name]!
    const slotted = { service, release, slot, port: portOf(specOf(doing), service), environment: '' }
    await runOnce(parts, doing, (once, signal) => runJob(at, once, slotted, signal))
  },

  async switch(parts, doing) {
    await route(await open(parts, doing), doing.given.traffic, doing.given.hosts)
  },

  async restore(parts, doing) {
    const { traffic, hosts } = doing.given
    await routeBack(await open(parts, doing), traffic, placesOf(specOf(doing)), hosts)
  },

  async drain(parts, doing) {
    await drained(await open(parts, doing), doing.given.traffic, doing.task.signal)
  },

  async stop(parts, doing) {
    await stop(await open(parts, doing), doing.given.stays, doing.task.signal)
  },

  async withdraw(parts, doing) {
    await stop(await open(parts, doing), doing.given.stays, doing.task.signal)
  },

  /** Images are in a registry already. */
  build: async () => undefined,

  /** A release has no files in a cluster: with its pods everything of it is gone, but for what its images were pulled with. */
  async prune(parts, doing) {
    await pruneLogins(await open(parts, doing))
  },
}

const valuesOf = ({ secrets }: PerformerParts, doing: InCluster): Promise<readonly string[]> =>
  hiddenValues(secrets, placeOf(doing), doing.given.service.secrets)

const placeOf = ({ task, given: { project, environment } }: InCluster) => ({
  workspace: task.workspace,
  project,
  environment,
})

async function open({ clusters }: PerformerParts, doing: InCluster): Promise<At> {
  const { cluster, fence, given, task } = doing
  const client = await clusters.open(placeOf(doing), cluster, task.signal)
  return { client, lane: { project: given.project, lane: fence.lane, cluster }, fence }
}

const specOf = ({ task }: InCluster) => task.plan.deployment!.spec as unknown as DeploymentSpec
