import type { Environment } from '../names.ts'

export interface Moment {
  version: string
  environment: Environment
  at: Date
  /** Of a working tree: its tag ends with `-local`, as it is in no repository. */
  local?: boolean
}

/**
 * The tag of a release: `v1.2.3-uat-20241215-1430`, in UTC. Where that minute has one already (in the repository or in
 * the records), a suffix makes it another: `….2`, `….3`.
 */
export function tagFor({ version, environment, at, local }: Moment, taken: ReadonlySet<string>): string {
  const [date, time] = at.toISOString().split('T') as [string, string]
  const minute = `${date.replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}`
  const tag = `v${version}-${environment}-${minute}${local ? '-local' : ''}`
  if (!taken.has(tag)) return tag
  for (let n = 2; ; n++) if (!taken.has(`${tag}.${n}`)) return `${tag}.${n}`
}
