import { AtlasError, type Release } from '@atlas/core'
import { type DeployInput, defaultPorts } from '@atlas/deploy'
import type { DeploymentRecord, EnvironmentRecord } from '@atlas/store'
import { specOf } from '../spec.ts'
import type { Choose, Chosen } from './chosen.ts'

/** A way back has no configuration that says how many stay, so it takes none away. */
const everyRelease = 100

/**
 * What served there before, as it was then: services, variables and domain, not what is configured now. Where what serves
 * now is named, it is brought about again: so is mended what does not run as it is on record.
 */
export const goBack: Choose = async ({ source }, _, wish, there) => {
  const earlier = (there?.served ?? []).filter(({ release }) => release.tag !== there?.serving?.release.tag)
  const found = wish.release ? there?.served.find(({ release }) => release.tag === wish.release) : earlier[0]
  if (!found || !there)
    throw new AtlasError(
      'deploy_impossible',
      `${wish.project} ${wish.environment} has ${wish.release ? `never served ${wish.release}` : 'no earlier release'}.`,
      {
        hint:
          earlier.length > 0
            ? `there is ${earlier.map(({ release }) => release.tag).join(', ')}`
            : `atlas releases ${wish.project}`,
      },
    )
  if (found.release.base !== null) await source.workingTree(found.release.commit)
  const named = wish.release !== undefined && wish.release === there.serving?.release.tag
  return { ...asRecorded(there, found), again: named }
}

/** What serves there, as it is on record: only its secrets may be others by now. */
export const again: Choose = async (_, __, { project, environment }, there) => {
  if (there?.serving) return asRecorded(there, there.serving)
  throw new AtlasError('deploy_impossible', `Nothing of ${project} serves ${environment}.`, {
    hint: `atlas deploy ${environment} ${project}`,
  })
}

function asRecorded({ infrastructure }: EnvironmentRecord, deployment: DeploymentRecord): Chosen {
  const {
    services,
    domain,
    front,
    proxy,
    balancers,
    builder,
    registry,
    cluster,
    portRange = defaultPorts,
  } = specOf(deployment)
  return {
    infrastructure,
    release: releaseOf(deployment.release),
    services,
    ...(domain && { domain }),
    ...(builder !== undefined && { builder }),
    ...(registry && { registry }),
    ...(cluster && { cluster }),
    ...(front && { front }),
    ...(proxy && { proxy }),
    ...(balancers && { balancers }),
    portRange,
    keepReleases: everyRelease,
  }
}

export const releaseOf = (release: Release): DeployInput['release'] => {
  const { tag, version, url, ref, commit, tree, base, dirty } = release
  return { tag, version, source: { url, ref, commit, tree, ...(base !== null && { local: { base, dirty } }) } }
}
