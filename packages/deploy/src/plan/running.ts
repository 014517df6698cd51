import { createHash } from 'node:crypto'
import { canonical, type Json } from '@atlas/core'
import type { DeployInput, DeploymentSpec, Machine, Service, Serving, Wanted } from './input.ts'

/**
 * What is to run of each service. One of which nothing changed stays as it is, in its slot and from its release; what
 * changed starts in the other slot, beside the old.
 */
export function runningOf(input: DeployInput): DeploymentSpec['running'] {
  const { services, serving, release, again } = input
  return Object.fromEntries(
    services.map((service) => {
      const now = serving?.spec.running[service.name]
      const secrets = versionsOf(service, input)
      const version = versionOf(service, secrets, input)
      if (!again && now?.version === version) return [service.name, now]
      const slot = now?.slot === 'a' ? 'b' : 'a'
      return [service.name, { slot, release: release.tag, version, secrets } satisfies Wanted]
    }),
  )
}

/** A machine that was made anew has nothing, whatever its name. */
export const ranOn = ({ spec }: Serving, { name, id }: Pick<Machine, 'name' | 'id'>): boolean =>
  spec.machines.includes(name) && spec.ids[name] === id

/** Whether it runs on that machine already, as it is to run. */
export function runsAlready(
  { serving }: Pick<DeployInput, 'serving'>,
  { running }: DeploymentSpec,
  { name: service }: Service,
  machine: Pick<Machine, 'name' | 'id'>,
): boolean {
  if (!serving || !ranOn(serving, machine)) return false
  const [now, wanted] = [serving.spec.running[service], running[service]]
  return now !== undefined && now.version === wanted?.version && now.slot === wanted.slot
}

const versionsOf = ({ secrets }: Service, { secretVersions }: Pick<DeployInput, 'secretVersions'>) =>
  Object.fromEntries(secrets.flatMap((name) => (secretVersions[name] ? [[name, secretVersions[name]]] : [])))

const versionOf = (
  service: Service,
  secrets: Readonly<Record<string, string>>,
  { release }: Pick<DeployInput, 'release'>,
): string =>
  createHash('sha256')
    .update(canonical({ commit: release.source.commit, service, secrets } as unknown as Json))
    .digest('hex')
    .slice(0, 16)
