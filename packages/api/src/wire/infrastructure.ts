import type { InfrastructureSummary, JsonObject } from '@atlas/core'
import { z } from 'zod'
import type { InfrastructureView, ResourceView } from '../control.ts'

const jsonObject = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null).meta({ type: 'object' })

export const resourceJson = z
  .object({
    name: z.string(),
    type: z.string(),
    id: z.string().describe("The cloud's own id"),
    phase: z.enum(['ready', 'pending', 'failed', 'unknown', 'missing']),
    generation: z.number(),
    specifications: jsonObject,
    attributes: jsonObject.describe('What `{"ref": "name.attribute"}` can read'),
    depends_on: z.array(z.string()),
    monthly_cost: z.number().nullable().describe('USD; null where no sourced price is known'),
    observed_at: z.string().nullable(),
    ssh: z
      .object({
        host: z.string(),
        port: z.number(),
        user: z.string(),
        known_hosts: z.string().optional().describe('Lines for known_hosts: the host key is pinned from its creation'),
        identity_file: z.string().optional(),
      })
      .optional(),
  })
  .meta({ id: 'Resource' })

export type ResourceJson = z.infer<typeof resourceJson>

export const infrastructureStatus = z.enum(['new', 'changing', 'ready', 'degraded', 'destroyed', 'released'])

export const infrastructureSummaryJson = z
  .object({
    id: z.string(),
    name: z.string(),
    provider: z.string(),
    account: z.string(),
    region: z.string(),
    revision: z.number(),
    status: infrastructureStatus,
    monthly_cost: z.number().describe('USD'),
    tags: z.record(z.string(), z.string()),
    resource_count: z.number(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'InfrastructureSummary' })

export type InfrastructureSummaryJson = z.infer<typeof infrastructureSummaryJson>

export const infrastructureJson = infrastructureSummaryJson
  .extend({
    resources: z.array(resourceJson),
    description: jsonObject
      .nullable()
      .optional()
      .describe('With `include=description`: as last carried out, sizes and images resolved; null before that'),
  })
  .meta({ id: 'Infrastructure' })

export type InfrastructureJson = z.infer<typeof infrastructureJson>

export const infrastructureSummaryToJson = (view: InfrastructureSummary): InfrastructureSummaryJson => ({
  id: view.id,
  name: view.name,
  provider: view.provider,
  account: view.account,
  region: view.region,
  revision: view.revision,
  status: view.status,
  monthly_cost: view.monthlyCost,
  tags: view.tags,
  resource_count: view.resourceCount,
  created_at: view.createdAt,
  updated_at: view.updatedAt,
})

export const infrastructureToJson = (view: InfrastructureView): InfrastructureJson => ({
  ...infrastructureSummaryToJson(view),
  resources: view.resources.map(resourceToJson),
  ...(view.description !== undefined && { description: view.description }),
})

export const resourceToJson = (view: ResourceView): ResourceJson => ({
  name: view.resource,
  type: view.type,
  id: view.id,
  phase: view.phase,
  generation: view.generation,
  specifications: view.specifications,
  attributes: view.attributes,
  depends_on: view.dependsOn,
  monthly_cost: view.monthlyCost,
  observed_at: view.observedAt,
  ...(view.ssh ? { ssh: sshToJson(view.ssh) } : {}),
})

const sshToJson = ({ host, port, user, knownHosts, identityFile }: NonNullable<ResourceView['ssh']>) => ({
  host,
  port,
  user,
  ...(knownHosts === undefined ? {} : { known_hosts: knownHosts }),
  ...(identityFile === undefined ? {} : { identity_file: identityFile }),
})
