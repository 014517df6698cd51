import type { Environment, Release, Services } from '@atlas/client'
import type { Colours } from '../terminal.ts'
import { table } from './table.ts'

type Service = Services['services'][number]

/** Which release serves, and a line for each service. */
export function showServices({ project, environment, release, services }: Services, colours: Colours): string {
  if (release === null) return `Nothing serves ${project} ${environment} yet.`
  const lines = table(
    services,
    [
      { head: 'service', cell: ({ name }: Service) => name },
      { head: 'url', cell: ({ url }) => url ?? '' },
      { head: 'port', cell: ({ port }) => String(port), right: true },
      { head: 'machines', cell: ({ instances }) => instances.map(({ machine }) => machine).join(', ') },
      { head: 'runs', cell: ({ platform, command }) => `${command} (${platform})` },
    ],
    colours,
  )
  return `${project} ${environment} serves ${release}\n\n${lines}`
}

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
