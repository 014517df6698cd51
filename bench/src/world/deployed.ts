import { deploys } from '@atlas/client'
import { ended, type Machines, type Stage, stage } from '@atlas/tests/deploys'

/** A project of two services that serves `uat` from machines of the sandbox. */
export interface Deployed extends Stage, Machines {
  /** The next commit, or the same again; to its end. Milliseconds from asking for a plan. */
  deploy(): Promise<number>
  rollback(): Promise<number>
  commit(): void
}

export async function deployed(machines: number, platform?: 'process' | 'docker'): Promise<Deployed> {
  const here = await stage({ workers: 1, ...(platform && { platform }) })
  const { client, project } = here
  const to = deploys(client.api)
  let commits = 0

  async function run(wish: Parameters<typeof to.plan>[0]): Promise<number> {
    const began = performance.now()
    const plan = await to.plan(wish)
    const { id } = await to.apply(plan.hash)
    const operation = await ended(client, id)
    if (operation.status !== 'succeeded') throw new Error(JSON.stringify(operation.error))
    return performance.now() - began
  }
  const place = { project: project.name, environment: 'uat' }
  const made: Deployed = {
    ...here,
    ...(await here.machines(machines)),
    commit: () => project.commit(++commits, false),
    deploy: () => run({ kind: 'deploy', ...place, ref: 'main', config: project.config }),
    rollback: () => run({ kind: 'rollback', ...place }),
  }
  made.commit()
  await made.deploy()
  return made
}

export const medianOf = (figures: readonly number[]): number =>
  Math.round(figures.toSorted((one, other) => one - other)[Math.floor(figures.length / 2)]!)
