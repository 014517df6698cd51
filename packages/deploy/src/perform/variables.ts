import type { Environment } from '../names.ts'
import type { Service } from '../plan/input.ts'
import type { Secrets } from '../secrets.ts'

interface Whose {
  project: string
  environment: Environment
  release: string
  service: Service
  /** Absent in a cluster, which chooses its own. */
  machine?: string
}

/** What a service, or its release command, is given: variables that anybody may read, and its secrets by their names, with their versions. */
export async function variablesFor(
  secrets: Secrets,
  { workspace, operation }: { workspace: string; operation: string },
  { project, environment, release, service, machine = 'cluster' }: Whose,
): Promise<Record<'variables' | 'secrets' | 'versions', Record<string, string>>> {
  const to = { service: service.name, machine, operation }
  const values = await secrets.find({ workspace, project, environment }, service.secrets, to)
  return {
    variables: plainVariables({ project, environment, release, service }),
    secrets: Object.fromEntries([...values].map(([name, { value }]) => [name, value])),
    versions: Object.fromEntries([...values].map(([name, { version }]) => [name, version])),
  }
}

/** Those that anybody may read. */
export const plainVariables = ({ project, environment, release, service }: Whose): Record<string, string> => ({
  ATLAS_PROJECT: project,
  ATLAS_ENVIRONMENT: environment,
  ATLAS_SERVICE: service.name,
  ATLAS_RELEASE: release,
  ...service.env,
})
