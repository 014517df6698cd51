/** A version as tags have it: `1.2.3`, without the v. Pre-releases keep their suffix. */
const pattern = /^v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)(?:\+[0-9A-Za-z.-]+)?$/

export interface VersionSources {
  /** Text of the file at the commit, where there is one. */
  packageJson?: string | undefined
  versionFile?: string | undefined
  /** Tags that the commit descends from, whatever their order; asked only where no file says it. */
  tags(): Promise<readonly string[]>
}

/**
 * The version of a commit: that of package.json, else of the file VERSION, else of the latest tag before it, else 0.0.0.
 * A file that names no version is passed over.
 */
export async function versionOf({ packageJson, versionFile, tags }: VersionSources): Promise<string> {
  return asVersion(fieldOf(packageJson)) ?? asVersion(versionFile) ?? latest(await tags()) ?? '0.0.0'
}

function fieldOf(packageJson: string | undefined): string | undefined {
  try {
    const { version } = JSON.parse(packageJson ?? '{}') as { version?: unknown }
    return typeof version === 'string' ? version : undefined
  } catch {
    return undefined
  }
}

const asVersion = (text: string | undefined): string | undefined => pattern.exec(text?.trim() ?? '')?.[1]

/** Tags of deploys carry the version before their environment: `v1.2.3-uat-20241215-1430` says 1.2.3. */
function latest(tags: readonly string[]): string | undefined {
  const versions = tags.flatMap((tag) => asVersion(tag.replace(/-(test|uat|prod)-\d{8}-\d{4}(\.\d+)?$/, '')) ?? [])
  return versions.sort(byVersion).at(-1)
}

function byVersion(one: string, other: string): number {
  const [a, b] = [numbers(one), numbers(other)]
  const first = a.findIndex((part, index) => part !== b[index])
  if (first >= 0) return a[first]! - b[first]!
  // A pre-release comes before its release.
  return Number(other.includes('-')) - Number(one.includes('-')) || one.localeCompare(other)
}

const numbers = (version: string) => version.split('-')[0]!.split('.').map(Number)
