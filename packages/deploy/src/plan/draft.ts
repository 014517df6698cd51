import type { JsonObject, Work } from '@atlas/core'
import type { DeployInput } from './input.ts'

/** What the steps of one environment are made from, whether a release comes to it or machines do. */
export type Lane = Pick<
  DeployInput,
  'kind' | 'project' | 'environment' | 'release' | 'services' | 'serving' | 'keep' | 'cluster' | 'proxy'
> & {
  /** Of the environment, where the plan's own is that of the machines. */
  turn?: number
  /** Machines that ran it until now, where they are not those of `serving`. */
  before?: readonly string[]
}

/** Adds a step to `made` and returns its number; `first` is the number of the first. */
export function drafts(lane: Lane, made: Work[], first = 0) {
  const { project, environment, release, services, serving, turn, cluster, proxy } = lane
  const platforms = [...new Set([...services, ...(serving?.spec.services ?? [])].map(({ platform }) => platform))]
  const place = { project, environment, release: release.tag, platforms, turn, cluster, proxy }
  const add = (
    action: Work['action'],
    type: Work['type'],
    phase: Work['phase'],
    resource: string,
    dependsOn: number[],
    { reason, specifications = {} }: { reason: string; specifications?: object },
  ): number => {
    const n = first + made.length
    made.push({
      n,
      action,
      resource,
      type,
      phase,
      reason,
      dependsOn,
      specifications: json({ ...place, ...specifications }),
    })
    return n
  }
  return Object.assign(add, { made })
}

export type Draft = ReturnType<typeof drafts>

const json = (value: object) => JSON.parse(JSON.stringify(value)) as JsonObject
export const short = ({ release }: Pick<Lane, 'release'>) => release.source.commit.slice(0, 10)
/** What is in no repository is marked in none. */
export const isTagged = ({ kind, release }: Lane) => kind === 'deploy' && release.source.local === undefined
export const laneName = ({ project, environment }: Pick<Lane, 'project' | 'environment'>) => `${project}/${environment}`
