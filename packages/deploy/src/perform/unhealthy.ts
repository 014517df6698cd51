import { AtlasError } from '@atlas/core'
import { lastLines } from '../machine/refusal.ts'
import { platformNamed } from '../platforms/index.ts'
import { redacted } from '../redact.ts'
import { hiddenValues, type Secrets } from '../secrets.ts'
import type { OnMachine } from './performer.ts'

/** The error of an instance that does not become healthy, with what it printed last but for its secrets. */
export async function unhealthy(doing: OnMachine, secrets: Secrets, wrong: string): Promise<AtlasError> {
  const { service, machine, port } = doing.given
  const said = await printed(doing, secrets)
  return new AtlasError(
    'unhealthy',
    `${service.name} on ${machine} did not become healthy: ${service.health.path} at port ${port}: ${wrong}. It printed last:\n${lastLines(said)}`,
    { hint: 'Traffic stays where it was. Mend the service and deploy again.' },
  )
}

/** What may have secrets in it is not shown where nobody can say which they are. */
async function printed({ task: { workspace }, given, on }: OnMachine, secrets: Secrets): Promise<string> {
  const { project, environment, service, slot } = given
  const place = { workspace, project, environment }
  const own = await hiddenValues(secrets, place, service.secrets).catch(() => undefined)
  if (!own) return '(not shown: its secrets, which must not be in it, cannot be looked up)'
  const said = on((at) => platformNamed(service.platform).logs(at, { service: service.name, slot })).catch(() => '')
  return redacted(await said, own)
}
