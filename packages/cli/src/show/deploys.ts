import type { Environment, Release, ReleaseRecord, Services } from '@atlas/client'
import type { Colours } from '../terminal.ts'
import { table } from './table.ts'

type Service = Services['services'][number]

/** Which release serves, a line for each service, and one for each of its instances. */
export function showServices(found: Services, colours: Colours): string {
  const { project, environment, release, services } = found
  if (release === null) return `Nothing serves ${project} ${environment} yet.`
  const lines = table(
    services,
    [
      { head: 'service', cell: ({ name }: Service) => name },
      { head: 'url', cell: ({ url }) => url ?? '' },
      { head: 'port', cell: ({ port }) => String(port), right: true },
      { head: 'runs', cell: ({ platform, command }) => `${command} (${platform})`.trimStart() },
    ],
    colours,
  )
  const paint = (text: string) => (isConverged(found) ? colours.green(text) : colours.red(text))
  const title = `${project} ${environment}: ${paint(converged(found))} on ${release}`
  return `${title}\n\n${lines}\n\n${showInstances(services, colours)}`
}

function showInstances(services: readonly Service[], colours: Colours): string {
  const all = services.flatMap(({ name, instances }) => instances.map((one) => ({ service: name, ...one })))
  return table(
    all,
    [
      { head: 'service', cell: ({ service }: (typeof all)[number]) => service },
      { head: 'machine', cell: ({ machine }) => machine },
      {
        head: 'is',
        cell: ({ observed }) => observed?.state ?? 'not asked',
        paint: (text, { observed }) => (observed?.state === 'healthy' ? colours.green(text) : colours.red(text)),
      },
      { head: 'release', cell: ({ observed }) => observed?.release ?? '' },
      { head: 'since', cell: ({ observed }) => observed?.since ?? '' },
      { head: 'because', cell: ({ observed }) => observed?.reason ?? '' },
    ],
    colours,
  )
}

/** `3/3`, and how many of the others could not be asked. */
function converged({ observed }: Pick<Environment, 'observed'>): string {
  if (!observed) return 'not asked'
  const { converged, instances, unknown } = observed
  return `${converged}/${instances}${unknown > 0 ? `, ${unknown} unknown` : ''}`
}

export const isConverged = ({ observed }: Pick<Environment, 'observed'>): boolean =>
  !observed || observed.converged === observed.instances

export const showEnvironments = (all: readonly Environment[], colours: Colours): string =>
  table(
    all,
    [
      { head: 'project', cell: ({ project }: Environment) => project },
      { head: 'environment', cell: ({ environment }) => environment },
      {
        head: 'healthy',
        cell: (one) => (one.release === null ? '' : converged(one)),
        paint: (text, one) => (isConverged(one) ? colours.green(text) : colours.red(text)),
      },
      { head: 'on', cell: ({ release }) => release ?? 'nothing yet' },
      { head: 'since', cell: ({ since }) => since ?? '' },
    ],
    colours,
  )

export function showReleases(
  releases: readonly Release[],
  environments: readonly Environment[],
  colours: Colours,
): string {
  const servesNow = ({ project, tag }: Release) =>
    environments.filter((one) => one.project === project && one.release === tag).map(({ environment }) => environment)
  return table(
    releases,
    [
      { head: 'project', cell: ({ project }: Release) => project },
      { head: 'release', cell: ({ tag }) => tag },
      { head: 'commit', cell: ({ commit }) => commit.slice(0, 10) },
      { head: 'of', cell: ({ ref }) => ref },
      { head: 'serves', cell: (one) => servesNow(one).join(', '), paint: (text) => colours.green(text) },
      { head: 'has served', cell: ({ served_in }) => served_in.join(', ') },
    ],
    colours,
  )
}

/** What a release is made of, and a line for each time it was deployed. */
export function showRelease({ release, deployments }: ReleaseRecord, colours: Colours): string {
  const { project, tag, version, url, ref, commit, tree, images } = release
  const facts = [
    `${project} ${tag}, version ${version}`,
    `commit ${commit} of ${ref} in ${url}`,
    `tree   ${tree}`,
    ...Object.entries(images).map(([service, image]) => `image  ${service} ${image}`),
  ]
  const lines = table(
    deployments,
    [
      { head: 'operation', cell: ({ operation }: ReleaseRecord['deployments'][number]) => operation },
      { head: 'kind', cell: ({ kind }) => kind },
      { head: 'environment', cell: ({ environment }) => environment },
      { head: 'served', cell: ({ served_at }) => served_at ?? 'never' },
      { head: 'plan', cell: ({ plan_hash }) => plan_hash.slice(0, 8) },
      { head: 'variables', cell: ({ environment_version }) => environment_version.slice(0, 8) },
    ],
    colours,
  )
  return `${facts.join('\n')}\n\n${lines}`
}
