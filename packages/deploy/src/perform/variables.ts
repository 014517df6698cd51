import type { Environment } from '../names.ts'
import type { Service } from '../plan/input.ts'
import { type Secrets, variableOf } from '../secrets.ts'

interface Whose {
  project: string
  environment: Environment
  release: string
  service: Service
}

/** What a service, or its release command, finds in its environment; `secret` are the values among it to keep to oneself. */
export async function variablesFor(
  secrets: Secrets,
  { workspace }: { workspace: string },
  { project, environment, release, service }: Whose,
): Promise<{ variables: Record<string, string>; secret: string[] }> {
  const values = await secrets.find({ workspace, project, environment }, service.secrets)
  const secret = [...values].map(([name, { value }]) => [variableOf(name), value] as const)
  const own = {
    ATLAS_PROJECT: project,
    ATLAS_ENVIRONMENT: environment,
    ATLAS_SERVICE: service.name,
    ATLAS_RELEASE: release,
  }
  const variables = { ...own, ...service.env, ...Object.fromEntries(secret) }
  return { variables, secret: secret.map(([, value]) => value) }
}
