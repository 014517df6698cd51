import type { DeployWish } from '@atlas/api'
import { AtlasError, nearest } from '@atlas/core'
import { type Environment, environments, isName, nameRule } from '@atlas/deploy'
import type { EnvironmentRecord } from '@atlas/store'

type Named = Pick<DeployWish, 'project' | 'environment'>

/** @throws AtlasError `usage` */
export function checkProject(project: string): string {
  if (isName(project)) return project
  throw new AtlasError('usage', `${JSON.stringify(project)} is no name of a project: ${nameRule}.`)
}

/** @throws AtlasError `usage` */
export function checkPlace({ project, environment }: Named): { project: string; environment: Environment } {
  const known = environments.find((one) => one === environment)
  checkProject(project)
  if (known) return { project, environment: known }
  const meant = nearest(environment, environments)
  const swapped = environments.some((one) => one === project)
  const guess = swapped ? `; ${project} stands where the project belongs` : meant ? `; did you mean ${meant}?` : ''
  throw new AtlasError('usage', `There is no environment ${JSON.stringify(environment)}.`, {
    hint: `there are ${environments.join(', ')}${guess}`,
  })
}

/** Of `there`, whose projects are known, the one that may have been meant is named. */
export function neverDeployed(
  { project, environment }: Named,
  there: readonly Pick<EnvironmentRecord, 'project' | 'environment'>[],
): AtlasError {
  const known = there.some((one) => one.project === project)
  const meant = known ? undefined : nearest(project, new Set(there.map((one) => one.project)))
  return new AtlasError('not_found', `Nothing of ${project} was ever deployed to ${environment}.`, {
    hint: meant ? `did you mean ${meant}?` : `atlas deploy ${environment} ${project} --plan`,
  })
}
