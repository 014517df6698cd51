import type { Release } from '@atlas/core'
import { z } from 'zod'
import type { EnvironmentView, ReleaseRecordView, ServicesView } from '../control/deploys.ts'

const place = {
  project: z.string().min(1).describe('As in projects.csv and deployment_config.json'),
  environment: z.string().min(1).describe('test, uat or prod'),
}
const config = z
  .union([z.string(), z.looseObject({})])
  .describe('deployment_config.json: its text, so that what is wrong with it is found by line, or its value')
const config_file = z.string().optional().describe('How messages call it')
const release = z.string().min(1).describe('The tag of a release, such as `v1.2.3-uat-20241215-1430`')

/** Of SHA-1, as nearly all repositories have them. */
export const commit = z.string().regex(/^[0-9a-f]{40}$/)

export const workingTreeJson = z
  .object({
    commit: z.string().describe('What `working_tree` of a deploy is to be'),
    tree: z.string(),
    base: z.string().describe('The commit of the repository that it is based on'),
    dirty: z.boolean().describe('Whether its files differ from those of `base`'),
  })
  .meta({ id: 'WorkingTree' })

export const deploymentRequest = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('deploy'),
      ...place,
      ref: z.string().min(1).default('main').describe('Branch, tag or commit'),
      working_tree: commit.optional().describe('Instead of `ref`: the commit that a working tree was sent as'),
      tags: z
        .array(z.string().max(250))
        .max(200)
        .optional()
        .describe(
          'With `working_tree`: tags of the repository that it descends from. Its version is that of the latest where neither package.json nor VERSION says one',
        ),
      config,
      config_file,
    }),
    z.object({
      kind: z.literal('promote'),
      ...place,
      release: release.optional().describe('One that served the environment before; what serves there now when absent'),
      allow_dirty: z.boolean().optional().describe('Also what is in no commit of the repository'),
      config,
      config_file,
    }),
    z.object({
      kind: z.literal('rollback'),
      ...place,
      release: release.optional().describe('One that served there; the one before when absent'),
    }),
    z.object({ kind: z.literal('redeploy').describe('What serves there, with its secrets as they are now'), ...place }),
  ])
  .meta({ id: 'DeploymentRequest' })

export const environmentJson = z
  .object({
    project: z.string(),
    environment: z.string(),
    infrastructure: z.string(),
    release: z.string().nullable().describe('What traffic goes to; null where nothing was ever deployed'),
    since: z.string().nullable(),
    earlier: z.array(z.string()).describe('What a rollback can go to, the latest first'),
    observed: z
      .object({
        converged: z.int().describe('Instances that are healthy and run this release'),
        unknown: z.int().describe('Instances that could not be asked'),
        instances: z.int(),
      })
      .nullable()
      .describe('What the machines said; null without `observe=true`'),
  })
  .meta({ id: 'Environment' })

export const releasePath = z.object({ project: z.string(), tag: z.string() })

export const releaseJson = z
  .object({
    project: z.string(),
    tag: z.string(),
    version: z.string(),
    url: z.string(),
    ref: z.string(),
    commit: z.string(),
    tree: z.string().describe('Hash of the files, whatever their history'),
    base: z.string().nullable().describe('Of a working tree: the commit that it is based on'),
    dirty: z.boolean().describe('Whether it has changes that are in no commit of the repository'),
    created_at: z.string(),
    served_in: z.array(z.string()).describe('Environments'),
    images: z.record(z.string(), z.string()).describe('Digests of what was built, by service'),
  })
  .meta({ id: 'Release' })

const sight = z
  .object({
    state: z.enum(['healthy', 'unhealthy', 'stopped', 'unknown']),
    release: z.string().nullable().describe('Which really runs there'),
    since: z.string().nullable().describe("By the machine's clock"),
    reason: z.string().nullable().describe('Why it is anything but healthy'),
  })
  .describe('What was found just now; null without `observe=true`')

export const observeQuery = z.object({
  observe: z.stringbool().default(false).meta({
    type: 'boolean',
    description: 'Ask the machines what really runs; takes up to 5 s where one does not answer',
  }),
})

export const releaseRecordJson = z
  .object({
    release: releaseJson,
    deployments: z
      .array(
        z.object({
          operation: z.string(),
          kind: z.string(),
          environment: z.string(),
          infrastructure: z.string(),
          plan_hash: z.string(),
          environment_version: z.string().describe('A hash over variables and versions of secrets'),
          served_at: z.string().nullable().describe('null where traffic never moved to it'),
          spec: z.record(z.string(), z.unknown()).describe('Services with images by digest, ports and machines'),
          proxy: z.record(z.string(), z.string()).describe('Files of the load balancer as rendered, by path'),
          infrastructure_spec: z.record(z.string(), z.unknown()).nullable().describe('What was described then'),
        }),
      )
      .describe('The latest first'),
  })
  .meta({ id: 'ReleaseRecord' })

export const releaseRecordToJson = ({
  release,
  deployments,
}: ReleaseRecordView): z.infer<typeof releaseRecordJson> => ({
  release: releaseToJson(release),
  deployments: deployments.map(({ planHash, environmentVersion, servedAt, infrastructureSpec, ...one }) => ({
    ...one,
    plan_hash: planHash,
    environment_version: environmentVersion,
    served_at: servedAt,
    infrastructure_spec: infrastructureSpec,
  })),
})

export const servicesJson = environmentJson
  .extend({
    services: z.array(
      z.object({
        name: z.string(),
        platform: z.string(),
        command: z.string(),
        port: z.int(),
        url: z.string().nullable().describe('Through the load balancer'),
        health_path: z.string(),
        instances: z.array(
          z.object({ machine: z.string(), address: z.string().nullable(), observed: sight.nullable() }),
        ),
        secrets: z.array(z.string()).describe('Names, never values'),
        env: z.record(z.string(), z.unknown()),
      }),
    ),
  })
  .meta({ id: 'Services' })

export const validationJson = z
  .object({
    infrastructure: z.string(),
    machines: z.array(z.string()).describe('Those that were asked'),
    changing: z.array(z.string()).describe('Environments of which nothing is said: an operation is changing them'),
    findings: z.array(
      z.object({
        code: z.string().describe('Such as `machine_missing`, `port_taken`, `route_differs`'),
        where: z.string(),
        found: z.string(),
        expected: z.string(),
        hint: z.string().describe('What to type'),
      }),
    ),
  })
  .meta({ id: 'Validation' })

export const environmentToJson = (view: EnvironmentView): z.infer<typeof environmentJson> => view

export const releaseToJson = ({ createdAt, servedIn, ...view }: Release): z.infer<typeof releaseJson> => ({
  ...view,
  created_at: createdAt,
  served_in: servedIn,
})

export const servicesToJson = ({ services, ...view }: ServicesView): z.infer<typeof servicesJson> => ({
  ...view,
  services: services.map(({ healthPath, ...service }) => ({ ...service, health_path: healthPath })),
})
