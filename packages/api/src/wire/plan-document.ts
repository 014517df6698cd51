import { resourceTypes, workActions, workTypes } from '@atlas/core'
import { z } from 'zod'

// For the document and for tests: a plan goes out as it is, because its hash is over exactly that value.

const money = z.number().nullable().describe('USD a month; null where no sourced price is known')
const type = z.enum(resourceTypes)
const json: z.ZodType = z.unknown()

const riskJson = z
  .object({
    dataLoss: z.string().optional().describe('What is lost. It needs consent.'),
    downtime: z.string().optional().describe('What stops, and for how long about'),
  })
  .meta({ id: 'Risk' })

const fieldChangeJson = z
  .object({
    field: z.string().describe('JSON pointer into the specifications, such as `/size`'),
    from: json,
    to: json.optional().describe('Absent where it is known only after a step before'),
  })
  .meta({ id: 'FieldChange' })

const fields = z.array(fieldChangeJson)
const changeJson = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('unchanged') }),
  z.object({ kind: z.literal('update'), fields, risk: riskJson.optional() }),
  z.object({
    kind: z.literal('replace'),
    fields,
    reason: z.string(),
    createFirst: z.boolean(),
    risk: riskJson.optional(),
  }),
])

const resourcePlanJson = z
  .object({
    resource: z.string(),
    type,
    action: z.enum(['create', 'update', 'replace', 'delete', 'unchanged', 'forget', 'adopt', 'release']),
    reason: z.string().describe('Why, in a sentence'),
    change: changeJson.optional(),
    steps: z.array(z.int()).describe('Indexes in `steps`'),
    monthlyBefore: money,
    monthlyAfter: money,
  })
  .meta({ id: 'ResourcePlan' })

const plannedStepJson = z
  .object({
    n: z.int().describe('Index in `steps`'),
    action: z.enum(['create', 'update', 'delete', 'adopt', 'release']),
    resource: z.string(),
    type,
    generation: z.int(),
    identity: z.string().describe('Names this life of the resource in the cloud'),
    target: z.object({ id: z.string(), physicalId: z.string() }).optional().describe('What it acts on'),
    gone: z.literal(true).optional().describe('The cloud does not have it any more; the step forgets it'),
    reason: z.string(),
    fields,
    replaces: z.enum(['create-first', 'delete-first']).optional().describe('Which half of a replacement this is'),
    monthly: money,
    risk: riskJson,
    dependsOn: z.array(z.int()).describe('Steps that must be done before'),
    specifications: z.record(z.string(), json),
    needs: z.array(z.string()).describe('Resources that it refers to'),
  })
  .meta({ id: 'PlannedStep' })

const priceJson = z.object({
  currency: z.literal('USD'),
  before: z.number(),
  after: z.number(),
  change: z.number(),
  unpriced: z.array(z.string()).describe('Items without a sourced price, so not in the sums'),
  catalogueDate: z.string(),
  transfer: z.object({
    includedGb: z.number().nullable(),
    expectedGb: z.number().optional(),
    perGbBeyond: z.number(),
    monthly: z.number().nullable(),
  }),
})

const workJson = z
  .object({
    n: z.int().describe('Counts on behind `steps`'),
    action: z.enum(workActions),
    resource: z.string(),
    type: z.enum(workTypes),
    phase: z
      .enum(['prepare', 'switch', 'finish', 'withdraw'])
      .describe('`withdraw` runs only where traffic was not moved, `finish` even after a cancel'),
    reason: z.string(),
    dependsOn: z.array(z.int()),
    specifications: z.record(z.string(), json),
  })
  .meta({ id: 'DeployStep' })

const deploymentJson = z
  .object({
    kind: z
      .enum(['deploy', 'promote', 'rollback', 'redeploy', 'place'])
      .describe('`place`: it stays, on other machines'),
    project: z.string(),
    environment: z.string(),
    release: z.string().describe('The tag of the release'),
    from: z.string().nullable().describe('The release that serves until then'),
    version: z.string(),
    source: z.object({
      url: z.string(),
      ref: z.string(),
      commit: z.string(),
      tree: z.string(),
      local: z.object({ base: z.string(), dirty: z.boolean() }).optional().describe('Where it is a working tree'),
    }),
    environmentVersion: z.string().describe('Hash over the names and versions of variables and secrets'),
    spec: z.record(z.string(), json).describe('Services, machines and ports'),
  })
  .meta({ id: 'PlannedDeployment' })

/** The exact change of one infrastructure. */
export const planJson = z
  .object({
    format: z.literal(1),
    workspace: z.string(),
    infrastructure: z.string(),
    provider: z.string(),
    account: z.string(),
    region: z.string(),
    kind: z.enum(['apply', 'destroy', 'rollback', 'repair', 'import', 'release', 'deploy']),
    undoes: z.string().optional().describe('The operation that a rollback undoes'),
    deployment: deploymentJson.optional().describe('Which release goes where'),
    placed: z
      .array(
        deploymentJson
          .extend({ kind: z.literal('place'), revision: z.int().describe('Of the environment') })
          .meta({ id: 'PlacedDeployment' }),
      )
      .optional()
      .describe('Of a change of machines: what is deployed on them, and where it is afterwards'),
    revision: z.int().describe('The revision of the state (of a deploy: of the environment) that it was made against'),
    description: z.record(z.string(), json).describe('The whole description, sizes and images resolved'),
    resources: z.array(resourcePlanJson).describe('What becomes of each resource'),
    steps: z.array(plannedStepJson).describe('The cloud changes, in an order that works'),
    work: z.array(workJson).optional().describe('What a deploy does on machines, in an order that works'),
    price: priceJson,
    consentNeeded: z.array(z.object({ resource: z.string(), why: z.string() })).describe('Whose data would be lost'),
    warnings: z.array(z.string()),
    hash: z.string().describe('SHA-256 over all of the above: send it back as `plan_hash`'),
  })
  .meta({ id: 'Plan' })
