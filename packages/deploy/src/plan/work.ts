import type { Work } from '@atlas/core'
import { type Draft, drafts, isTagged, laneName, short } from './draft.ts'
import { finish, withdraw } from './finish.ts'
import type { DeployInput, DeploymentSpec } from './input.ts'
import { begin, builds, releaseCommands } from './prepare.ts'
import { doorOf, routeOf } from './route.ts'

/**
 * The steps of a deploy, in this order:
 *
 *   fetch → build, where images are run → deliver on each machine → start beside the old → probe
 *   → once all are healthy: release commands → switch → drain → stop the old → prune; tag, where the release is new
 *
 * Services of which nothing changed go on as they are: they are neither delivered nor started nor probed.
 *
 * and, only where traffic was not moved: restore the old route → withdraw what was started.
 */
export function workOf(input: DeployInput, spec: DeploymentSpec): Work[] {
  const draft = drafts(input, [])
  const source = draft('fetch', 'source', 'prepare', `${input.project}@${short(input)}`, [], {
    reason: `${input.release.tag} is commit ${short(input)} of ${input.release.source.url}`,
    specifications: { source: input.release.source, tag: isTagged(input) ? input.release.tag : null },
  })
  const built = builds(draft, input, spec, source)
  const after = [source, ...built]
  const healthy = input.webs.flatMap((machine) => begin(draft, input, spec, { ...machine, after }))
  const ready = releaseCommands(draft, input, spec, healthy)
  const moved = move(draft, input, spec, ready)
  finish(draft, input, spec, moved)
  withdraw(draft, input, spec)
  return draft.made
}

function move(draft: Draft, input: DeployInput, spec: DeploymentSpec, healthy: number[]): number {
  const { serving, master, release, webs } = input
  return draft('switch', 'route', 'switch', `${laneName(input)}@${doorOf(spec)}`, healthy, {
    reason: reasonToMove(serving?.release, release.tag),
    specifications: { machine: master.name, ...routeOf(input, spec, webs) },
  })
}

function reasonToMove(from: string | undefined, to: string): string {
  if (from === to) return `to the new instances of ${to}`
  return from === undefined ? `${to} is the first release` : `from ${from} to ${to}`
}
