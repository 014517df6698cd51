import type { Environment } from '../names.ts'

export interface Moment {
  version: string
  environment: Environment
  at: Date
}

/**
 * The tag of a release: `v1.2.3-uat-20241215-1430`, in UTC. Where that minute has one already (in the repository or in
 * the records), a suffix makes it another: `….2`, `….3`.
 */
export function tagFor({ version, environment, at }: Moment, taken: ReadonlySet<string>): string {
  const [date, time] = at.toISOString().split('T') as [string, string]
  const tag = `v${version}-${environment}-${date.replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}`
  if (!taken.has(tag)) return tag
  for (let n = 2; ; n++) if (!taken.has(`${tag}.${n}`)) return `${tag}.${n}`
}
