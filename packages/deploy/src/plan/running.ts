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
      if (now && !again && now.version === version && !isOtherImage(service, serving)) return [service.name, now]
      const slot = now?.slot === 'a' ? 'b' : 'a'
      return [service.name, { slot, release: release.tag, version, secrets } satisfies Wanted]
    }),
  )
}

/** An image that is known goes on, whatever was built of the same commit meanwhile. */
const isOtherImage = ({ name, image }: Service, serving: Serving | undefined): boolean =>
  image !== undefined && image !== serving?.spec.services.find((one) => one.name === name)?.image

/** What goes on unchanged runs the image that it was built as. */
export function withImages(input: DeployInput): Service[] {
  const running = runningOf(input)
  return input.services.map((service) => {
    const now = input.serving?.spec
    const goesOn = now?.running[service.name] !== undefined && now.running[service.name] === running[service.name]
    const image = service.image ?? (goesOn ? now?.services.find(({ name }) => name === service.name)?.image : undefined)
    return image === undefined ? service : { ...service, image }
  })
}

/** Whether it starts anew, on every machine. */
export const isChanged = ({ serving }: Pick<DeployInput, 'serving'>, { running }: DeploymentSpec, { name }: Service) =>
  serving?.spec.running[name]?.version !== running[name]?.version

/** A machine that was made anew has nothing, whatever its name. */
export const ranOn = ({ spec }: Pick<Serving, 'spec'>, { name, id }: Pick<Machine, 'name' | 'id'>): boolean =>
  spec.machines.includes(name) && spec.ids[name] === id

/** Whether it runs on that machine already, as it is to run. */
export function runsAlready(
  { serving }: Pick<DeployInput, 'serving'>,
  { running }: DeploymentSpec,
  { name: service }: Pick<Service, 'name'>,
  machine: Pick<Machine, 'name' | 'id'>,
): boolean {
  if (!serving || !ranOn(serving, machine)) return false
  const [now, wanted] = [serving.spec.running[service], running[service]]
  return now !== undefined && now.version === wanted?.version && now.slot === wanted.slot
}

const versionsOf = ({ secrets }: Service, { secretVersions }: Pick<DeployInput, 'secretVersions'>) =>
  Object.fromEntries(secrets.flatMap((name) => (secretVersions[name] ? [[name, secretVersions[name]]] : [])))

const versionOf = (
  { image: _, ...service }: Service,
  secrets: Readonly<Record<string, string>>,
  { release }: Pick<DeployInput, 'release'>,
): string =>
  createHash('sha256')
    .update(canonical({ commit: release.source.commit, service, secrets } as unknown as Json))
    .digest('hex')
    .slice(0, 16)
