import type { Environment } from '../names.ts'
import type { Service } from '../plan/input.ts'
import type { Secrets } from '../secrets.ts'

interface Whose {
  project: string
  environment: Environment
  release: string
  service: Service
}

/** What a service, or its release command, is given: variables that anybody may read, and its secrets by their names. */
export async function variablesFor(
  secrets: Secrets,
  { workspace }: { workspace: string },
  { project, environment, release, service }: Whose,
): Promise<{ variables: Record<string, string>; secrets: Record<string, string> }> {
  const values = await secrets.find({ workspace, project, environment }, service.secrets)
  const own = {
    ATLAS_PROJECT: project,
    ATLAS_ENVIRONMENT: environment,
    ATLAS_SERVICE: service.name,
    ATLAS_RELEASE: release,
  }
  return {
    variables: { ...own, ...service.env },
    secrets: Object.fromEntries([...values].map(([name, { value }]) => [name, value])),
  }
}
