import { type DeploymentRequest, deploys, type Operation } from '@atlas/client'
import { patiently } from '../../deploys/patiently.ts'
import { environment, type Ground, serving, websOf } from './ground.ts'
import type { DeployAct } from './plot.ts'

/** What an act asks for, planned. */
export interface Asked {
  kind: DeployAct['kind']
  /** Serves when it has succeeded. */
  release: string
  begin(): Promise<Operation>
}

/** Of a release, so that bringing it to a machine has a middle. Bytes. */
const weight = 3_000_000

/** A way back is a deploy, and a scaling one too, for as long as there is nothing to go back to or to scale. */
export async function ask(ground: Ground, kind: DeployAct['kind'], seed: number): Promise<Asked> {
  const before = await serving(ground)
  if (kind === 'scale' && before?.release) return scale(ground, before.release)
  const back = kind === 'rollback' && before !== undefined && before.earlier.length > 0
  const { client, project } = ground
  if (!back) {
    project.write('weight', weight)
    project.commit(seed, kind === 'broken')
  }
  const place = { project: project.name, environment } as const
  const wish: DeploymentRequest = back
    ? { kind: 'rollback', ...place }
    : { kind: 'deploy', ...place, ref: 'main', config: project.config }
  const to = deploys(client.api)
  const { hash, deployment } = await patiently(() => to.plan(wish))
  return {
    kind: back || kind === 'broken' ? kind : 'deploy',
    release: deployment!.release,
    begin: () => to.apply(hash),
  }
}

/** A machine more, or away again: what serves comes to it first, or traffic goes from it first. */
async function scale(ground: Ground, release: string): Promise<Asked> {
  const { client } = ground
  const webs = await websOf(ground)
  const wish = ground.sized(webs.length === 2 ? 3 : 2)
  const { hash, steps } = await patiently(() => client.planApply(wish))
  const consent = steps.filter(({ action }) => action === 'delete').map(({ resource }) => resource)
  return { kind: 'scale', release, begin: () => client.apply(wish, { planHash: hash, consent }) }
}
