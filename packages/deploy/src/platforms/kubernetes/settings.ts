import { z } from 'zod'

/** A name of the API server's: of namespaces, classes, Secrets. */
const dnsName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'lower case letters, digits, dashes and dots')
const namespacePattern = z
  .string()
  .regex(
    /^([a-z0-9-]|\{project\}|\{environment\})+$/,
    'lower case letters, digits and dashes, {project}, {environment}',
  )

const registry = z.strictObject({
  registry: z
    .string()
    .regex(/^[\w.\-:/]+$/, 'a registry, such as ghcr.io')
    .describe('Such as `ghcr.io`.'),
  username: z.string().min(1).describe('Whom the registry knows.'),
  secret: z.string().min(1).describe('Name of the secret with the password or token.'),
})

/** Where a project's services run, for the platform `kubernetes`. */
export const clusterSettings = z.strictObject({
  kubeconfig: z
    .string()
    .min(1)
    .optional()
    .describe('Name of the secret whose value is the kubeconfig. Default: what the Atlas server itself has.'),
  context: z.string().min(1).optional().describe('Instead of the current context of the kubeconfig.'),
  namespace: namespacePattern
    .optional()
    .describe(
      'Each environment of a project has one to itself: by default `{project}-{environment}`. One that is there is used as it is.',
    ),
  ingress_class: dnsName.optional().describe('Default: that of the cluster.'),
  ingress_annotations: z.record(z.string(), z.string()).optional().describe('For the controller of Ingresses.'),
  tls_secret: dnsName.optional().describe('Secret of the namespace with the certificate for `domain`.'),
  image_pull_secrets: z.array(registry).optional().describe('What images are pulled with.'),
  resolve_tags: z
    .boolean()
    .optional()
    .describe(
      'Whether the server asks a registry which digest a tag has, and deploys that. Default: true. False where only the cluster reaches it.',
    ),
})

const quantity = z.string().regex(/^\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, 'a quantity, such as 100m, 0.5 or 128Mi')
const amounts = z.strictObject({ cpu: quantity.optional(), memory: quantity.optional() })

const volume = z.strictObject({
  name: z.string().regex(/^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/, 'lower case letters, digits and dashes, at most 20'),
  path: z
    .string()
    .regex(/^\/[\w\-./]+$/, 'a path from the root')
    .describe('Where the container finds it.'),
  size_gb: z.int().min(1).max(65_536).describe('GiB.'),
  storage_class: dnsName.optional().describe('Default: that of the cluster.'),
  access: z
    .enum(['ReadWriteOnce', 'ReadWriteMany'])
    .default('ReadWriteOnce')
    .describe('Both releases have it while traffic moves: on several nodes that needs ReadWriteMany.'),
})

/** How one service runs in a cluster. */
export const podSettings = z.strictObject({
  replicas: z.int().min(1).max(1000).default(1).describe('Pods of the service.'),
  resources: z
    .strictObject({ requests: amounts.optional(), limits: amounts.optional() })
    .optional()
    .describe('Of each pod.'),
  user: z
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe(
      'Number of the user, instead of the image’s. Without it an image that runs as root is refused; 0 is root.',
    ),
  volumes: z.array(volume).optional(),
})

type Settings = z.output<typeof clusterSettings>
/** As a release has it: which namespace is decided. */
export type Cluster = Omit<Settings, 'namespace'> & { namespace: string }
export type PodSettings = z.output<typeof podSettings>

/** The cluster of one environment. */
export const clusterFor = (settings: Settings, project: string, environment: string): Cluster => ({
  ...settings,
  namespace: (settings.namespace ?? '{project}-{environment}')
    .replaceAll('{project}', project)
    .replaceAll('{environment}', environment),
})
