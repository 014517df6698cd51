import type { EstimateView, InfrastructureView, ResourceView } from '@atlas/api'
import { compare, type Estimate, estimate, type JsonObject, parseInfrastructure } from '@atlas/core'
import type { InfrastructureRecord, ResourceRecord } from '@atlas/store'
import { described } from './described.ts'
import { identityOf, type Reach, type SshDirectory } from './ssh.ts'

export interface ViewParts {
  dataDir: string
  /** For clouds whose machines are not simply at port 22 of their address. */
  ssh: SshDirectory | undefined
}

/** A record of the store, with how its machines are reached. */
export async function infrastructureView(parts: ViewParts, record: InfrastructureRecord): Promise<InfrastructureView> {
  const { drift: _, resources, ...rest } = record
  return { ...rest, resources: await resourceViews(parts, resources) }
}

export async function resourceViews(parts: ViewParts, resources: readonly ResourceRecord[]): Promise<ResourceView[]> {
  const known = resources.some(({ type }) => type === 'machine') ? await parts.ssh?.() : undefined
  const reachOf = (resource: ResourceRecord) => (known ? known.get(resource.id)?.ssh : reachAtPort22(resource))
  const identity = identityOf(parts.dataDir)
  return resources.map((resource) => resourceView(resource, reachOf(resource), identity))
}

function resourceView(
  resource: ResourceRecord,
  reach: Reach['ssh'] | undefined,
  identity: { identityFile?: string },
): ResourceView {
  const reachable = resource.type === 'machine' && resource.phase === 'ready' && reach
  return { ...resource, ...(reachable && { ssh: { ...reach, ...identity } }) }
}

function reachAtPort22({ attributes }: ResourceRecord) {
  const host = attributes.public_ip
  return typeof host === 'string' ? { host, port: 22, user: 'root' } : undefined
}

/** List prices of a description, from the catalogue alone. @throws AtlasError `spec_invalid` */
export function estimateView(description: JsonObject, { compare: compared } = { compare: false }): EstimateView {
  const { monthly, catalogueDate, unpriced, resources, transfer }: Estimate = estimate(described(description))
  const { lines, ...included } = transfer
  return {
    monthly,
    catalogueDate,
    unpriced,
    transfer: included,
    // As it was written: a need is one for every provider, a size is this one's.
    ...(compared && { comparison: compare(parseInfrastructure(description)) }),
    resources: [
      ...resources.map(({ name, type, monthly, lines }) => ({ resource: name, type, monthly, lines })),
      ...lines.map((line) => ({
        resource: String(description.name),
        type: 'transfer',
        monthly: line.monthly,
        lines: [line],
      })),
    ],
  }
}
