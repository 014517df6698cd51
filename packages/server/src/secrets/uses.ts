import type { NeededSecretView, SecretHolder, SecretUseView } from '@atlas/api'
import type { Secret } from '@atlas/deploy'
import type { DeploymentRecord, EnvironmentRecord, SecretRecord } from '@atlas/store'
import { specOf } from '../deploys/spec.ts'

/** Names of the secrets that services of a deployment want, each once. */
export const secretsOf = (serving: DeploymentRecord): string[] => [
  ...new Set(specOf(serving).services.flatMap(({ secrets }) => secrets)),
]

/** What serves there, with each of its secrets as it is found now. Pure. */
export function neededSecrets(
  { serving, served }: Pick<EnvironmentRecord, 'serving' | 'served'>,
  found: ReadonlyMap<string, Secret>,
  kept: readonly SecretRecord[],
): NeededSecretView[] {
  if (!serving) return []
  return secretsOf(serving).map((name) => {
    const { variable = null, source = null, count = null, version } = found.get(name) ?? {}
    const own = source === 'sealed' ? kept.find((one) => one.name === variable) : undefined
    const services = specOf(serving).services.filter(({ secrets }) => secrets.includes(name))
    return {
      name,
      variable,
      source,
      version: count,
      setAt: own?.setAt ?? null,
      setBy: own?.setBy ?? null,
      services: services.map(({ name: service }) => useOf(service, name, version, served)),
    }
  })
}

/** Services that were given a value of it, by the versions on record (`versionOf` in open.ts). */
export const holdersOf = (name: string, environments: readonly EnvironmentRecord[]): SecretHolder[] =>
  environments.flatMap(({ project, environment, serving }) =>
    Object.entries(serving ? specOf(serving).running : {}).flatMap(([service, { secrets }]) =>
      Object.values(secrets).some((version) => version.startsWith(`${name}@`))
        ? [{ project, environment, service }]
        : [],
    ),
  )

/** The service has run with it since the earliest deployment, counted back from now, that left it as it is. */
function useOf(
  service: string,
  secret: string,
  now: string | undefined,
  served: readonly DeploymentRecord[],
): SecretUseView {
  const running = served.map((one) => specOf(one).running[service])
  const has = running[0]?.secrets[secret]
  const changed = running.findIndex((one) => one?.version !== running[0]?.version)
  const by = served[(changed === -1 ? served.length : changed) - 1]
  const delivered =
    has !== undefined && by?.servedAt ? { at: by.servedAt, operation: by.id, release: by.release.tag } : null
  return { service, delivered, current: has !== undefined && has === now }
}
