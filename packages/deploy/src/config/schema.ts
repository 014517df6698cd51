import { z } from 'zod'
import { environments, isName, nameRule } from '../names.ts'
import { registrySettings } from '../platforms/containers/registry-settings.ts'
import { clusterSettings, podSettings } from '../platforms/kubernetes/settings.ts'
import { defaultPorts } from '../ports.ts'
import { defaultProxy, proxyNames } from '../proxies/proxy.ts'

/** Where services listen and how their ports are spread: `base` to `base + size - 1`. */
const portRange = z
  .strictObject({
    base: z.int().min(1024).max(65_535).default(defaultPorts.base).describe('The first port that services listen at.'),
    size: z.int().min(2).max(60_000).default(defaultPorts.size).describe('How many ports there are.'),
  })
  .refine(({ base, size }) => base + size <= 65_536, 'base + size is beyond port 65535')

const seconds = (least: number, most: number) => z.number().min(least).max(most)

const health = z.strictObject({
  path: z
    .string()
    .regex(/^\/[\w\-./~%?=&]*$/, 'a path that begins with /')
    .default('/health')
    .describe('Asked of the service itself: an answer from 200 to 399 is well.'),
  interval_s: seconds(0.1, 60).default(1).describe('Between two tries.'),
  timeout_s: seconds(0.1, 60).default(5).describe('Of one try.'),
  retries: z.int().min(0).max(1000).default(30).describe('Tries after the first, before the deploy is given up.'),
})

const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and underscores, first a letter')
/** With an environment in its name, a service of uat could ask for what is prod's. */
const secretName = variableName.refine(
  (name) => !/(^|_)(test|uat|prod)_/i.test(name),
  'a name without test_, uat_ or prod_ in it: the environment is added',
)
const variables = z.record(variableName, z.string()).describe('Variables of the environment; never secrets.')

/** A path inside the repository: what leaves it, or means something to a shell, is refused. */
const inside = z.string().regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[\w\-./@+]+$/, 'a path inside the repository, without ..')

const releaseCommand = z
  .union([
    z.string().min(1),
    z.strictObject({
      command: z.string().min(1),
      timeout_s: seconds(1, 86_400).default(900).describe('After so long it is ended, and the deploy with it.'),
    }),
  ])
  .transform((given) => (typeof given === 'string' ? { command: given, timeout_s: 900 } : given))
  .describe('Run once before traffic moves, on one machine, as `npm run migrate`. A rollback runs none.')

const limits = z.strictObject({
  memory_mb: z.int().min(6).max(4_194_304).optional().describe('Mebibytes that it may use; with more it is ended.'),
  cpus: z.number().min(0.01).max(512).optional().describe('Processors that it may keep busy.'),
})

const service = z.strictObject({
  containerfile_path: inside.optional().describe('Containerfile or Dockerfile, for platforms that run containers.'),
  path: inside.default('.').describe('Folder of the service in the repository.'),
  command: z
    .string()
    .min(1)
    .optional()
    .describe(
      'What starts it, for `process`. Default: its line in the Procfile, else the start script of package.json.',
    ),
  build_args: variables.default({}).describe('Arguments of its Containerfile; never secrets.'),
  limits: limits.optional().describe('Of each instance, for platforms that run containers.'),
  read_only: z.boolean().default(false).describe('Containers write nothing but to /tmp and volumes.'),
  image: z
    .string()
    .regex(/^[\w][\w.\-:/@{}]*$/, 'a reference, such as ghcr.io/yourorg/backend:1.2.3')
    .optional()
    .describe('For `kubernetes`: what a registry has. `{commit}` and `{version}` are those of the release.'),
  kubernetes: podSettings.optional().describe('For `kubernetes`.'),
  port: z.int().min(1024).max(65_534).optional().describe('The first of its two ports, instead of the derived ones.'),
  secrets: z.array(secretName).default([]).describe('Names of secrets, as db_password.'),
  env: variables.default({}),
  health: health.prefault({}),
  release: releaseCommand.optional(),
  drain_s: seconds(0, 600).default(30).describe('How long requests under way may take to end after traffic moved.'),
})

const names = (what: string) => z.string().refine(isName, `${what}: ${nameRule}`)

const keptReleases = z.int().min(2).max(100)

const requestLimits = z
  .strictObject({
    requests_per_second: z.int().min(1).max(100_000).optional().describe('200 when not given; twice as many at once.'),
    connections: z.int().min(1).max(100_000).optional().describe('At once; 200 when not given.'),
    body_mb: z
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .describe('The largest body of a request, in MB; 100 when not given.'),
  })
  .describe('For each address that asks; what is beyond is answered with 429.')

const tls = z
  .strictObject({
    acme: z
      .strictObject({
        email: z.email().describe('Told by the authority where a certificate is about to end.'),
        directory: z.url({ protocol: /^https$/ }).default('https://acme-v02.api.letsencrypt.org/directory'),
      })
      .optional()
      .describe("A certificate from an authority that speaks ACME; Let's Encrypt when no directory is given."),
    certificate: secretName.optional().describe('Name of a secret: the certificate and its chain, as PEM.'),
    key: secretName.optional().describe('Name of a secret: its key, as PEM.'),
    hsts_days: z.int().min(1).max(730).optional().describe('How long browsers never ask by http again.'),
  })
  .refine(
    ({ acme, certificate, key }) => (acme ? !certificate && !key : certificate !== undefined && key !== undefined),
    'either acme, or certificate and key',
  )

const environment = z.strictObject({
  env: variables.default({}),
  keep_releases: keptReleases.optional().describe('Instead of what the project says.'),
  domain: z
    .hostname()
    .optional()
    .describe('Requests for this host go to the service `frontend`, or to the only one there is.'),
  domains: z.record(z.hostname(), z.string()).default({}).describe('More hosts, each with its service.'),
  limits: requestLimits.optional(),
  tls: tls.optional().describe('Its hosts answer by https.'),
  load_balancer: z
    .record(z.string(), z.string().min(1))
    .optional()
    .describe(
      'Service → name of a load balancer of the cloud, which balances instead of `proxy`. All services or none.',
    ),
})

const project = z.strictObject({
  git_url: z.string().min(1).optional().describe('Instead of what git_config.url_pattern gives.'),
  platform: z.string().optional().describe('Instead of deployment_platform.'),
  release: releaseCommand.optional().describe('The same, for the first service.'),
  kubernetes: clusterSettings.optional().describe('Instead of what `kubernetes` says for all projects.'),
  services: z.record(names('a service'), service).refine((all) => Object.keys(all).length > 0, 'at least one service'),
  limits: requestLimits.optional().describe('For all environments that say nothing else.'),
  environments: z.partialRecord(z.enum(environments), environment).default({}),
  keep_releases: keptReleases.default(5).describe('Kept on the machines for each environment.'),
  promotion: z
    .array(z.enum(environments))
    .min(1)
    .refine((all) => new Set(all).size === all.length, 'each environment once')
    .default(['uat', 'prod'])
    .describe('The order of promotion: each takes only what has served the one before it.'),
})

/** deployment_config.json. `infrastructure` belongs to the blueprint that makes the machines, which reads it by itself. */
export const deploymentConfig = z.strictObject({
  infrastructure: z.looseObject({ name: z.string().optional() }).default({}),
  deployment_platform: z.string().default('docker').describe('What runs the services, where a project says nothing.'),
  kubernetes: clusterSettings.prefault({}).describe('The cluster, for `kubernetes`.'),
  git_config: z
    .strictObject({
      base_url: z.string().min(1).describe('https, ssh or file URL, or user@host:path.'),
      url_pattern: z
        .string()
        .includes('{project}', 'a pattern with {project} in it')
        .default('{base_url}/{project}.git'),
    })
    .optional(),
  port_range: portRange.prefault({}),
  proxy: z
    .enum(proxyNames)
    .default(defaultProxy)
    .describe('What balances on the master: nginx, or a small proxy where that cannot be had.'),
  builder: z
    .string()
    .min(1)
    .optional()
    .describe('Machine that builds images, or `local`: the computer of the server. Default: the first of the project.'),
  registry: registrySettings
    .optional()
    .describe('Images are pushed there, and pulled from there by their digest, instead of from machine to machine.'),
  projects: z.record(names('a project'), project).default({}),
})

export type DeploymentConfig = z.output<typeof deploymentConfig>
export type ProjectConfig = z.output<typeof project>
export type EnvironmentConfig = z.output<typeof environment>
export type ServiceConfig = z.output<typeof service>
export type Limits = z.output<typeof limits>
export type HealthCheck = z.output<typeof health>
