import { z } from 'zod'
import { list } from '../http/validation.ts'
import type { ForwardingRule, LoadBalancer } from '../records/types.ts'

const port = z.number().int().min(1, 'invalid port').max(65_535, 'invalid port')

export const rule = z
  .object({
    entry_protocol: z.enum(['http', 'https', 'http2', 'http3', 'tcp', 'udp']),
    entry_port: port,
    target_protocol: z.enum(['http', 'https', 'http2', 'tcp', 'udp']),
    target_port: port,
    certificate_id: z.string().nullish(),
    tls_passthrough: z.boolean().nullish(),
  })
  .transform(
    (given): ForwardingRule => ({
      ...given,
      certificate_id: given.certificate_id ?? '',
      tls_passthrough: given.tls_passthrough ?? false,
    }),
  )

const seconds = z.number().int().min(1)
const healthCheck = z.object({
  protocol: z.enum(['http', 'https', 'tcp']).default('http'),
  port: port.optional(),
  path: z.string().nullish(),
  check_interval_seconds: seconds.default(10),
  response_timeout_seconds: seconds.default(5),
  unhealthy_threshold: seconds.default(3),
  healthy_threshold: seconds.default(5),
})

// Go clients send an empty object where nothing is said.
const stickySessions = z.discriminatedUnion('type', [
  z.object({
    type: z
      .literal(['none', '', undefined])
      .optional()
      .transform(() => 'none' as const),
  }),
  z.object({ type: z.literal('cookies'), cookie_name: z.string(), cookie_ttl_seconds: z.number().int() }),
])

export const body = z.object({
  name: z
    .string()
    .regex(/^[a-zA-Z0-9.-]+$/, 'name can only contain alphanumeric characters, dashes, and periods')
    .nullish(),
  region: z.string().nullish(),
  vpc_uuid: z.string().nullish(),
  project_id: z.string().nullish(),
  size_unit: z.number().int().min(1).max(100).nullish(),
  size: z.enum(['lb-small', 'lb-medium', 'lb-large']).nullish(),
  algorithm: z.enum(['', 'round_robin', 'least_connections']).nullish(),
  forwarding_rules: z.array(rule, 'forwarding_rules is required').min(1, 'must have at least one forwarding rule'),
  health_check: healthCheck.nullish(),
  sticky_sessions: stickySessions.nullish(),
  droplet_ids: list(z.number().int()),
  tag: z.string().nullish(),
  redirect_http_to_https: z.boolean().nullish(),
  enable_proxy_protocol: z.boolean().nullish(),
  enable_backend_keepalive: z.boolean().nullish(),
  http_idle_timeout_seconds: z.number().int().min(30).max(600).nullish(),
  disable_lets_encrypt_dns_records: z.boolean().nullish(),
  firewall: z.object({ allow: list(z.string()), deny: list(z.string()) }).nullish(),
  network: z.enum(['EXTERNAL', 'INTERNAL']).nullish(),
  network_stack: z.enum(['IPV4', 'DUALSTACK']).nullish(),
  type: z.enum(['REGIONAL', 'REGIONAL_NETWORK'], 'only regional load balancers are part of this cloud').nullish(),
  tls_cipher_policy: z.enum(['DEFAULT', 'STRONG']).nullish(),
})
export type Wanted = z.output<typeof body>

/** Old names of node counts. */
const sizeUnits = { 'lb-small': 1, 'lb-medium': 3, 'lb-large': 6 }

/** What a request leaves open gets DigitalOcean's defaults. */
export function settingsOf(
  wanted: Wanted,
  rules: readonly ForwardingRule[],
): Pick<LoadBalancer, 'sizeUnit' | 'healthCheck' | 'stickySessions' | 'firewall' | 'settings'> {
  const check = wanted.health_check ?? healthCheck.parse({})
  return {
    sizeUnit: wanted.size_unit ?? (wanted.size ? sizeUnits[wanted.size] : 1),
    healthCheck: { ...check, port: check.port ?? rules[0]!.target_port, path: pathOf(check) },
    stickySessions: wanted.sticky_sessions ?? { type: 'none' },
    firewall: wanted.firewall ?? { allow: [], deny: [] },
    settings: {
      algorithm: wanted.algorithm || 'round_robin',
      redirect_http_to_https: wanted.redirect_http_to_https ?? false,
      enable_proxy_protocol: wanted.enable_proxy_protocol ?? false,
      enable_backend_keepalive: wanted.enable_backend_keepalive ?? false,
      http_idle_timeout_seconds: wanted.http_idle_timeout_seconds ?? 60,
      disable_lets_encrypt_dns_records: wanted.disable_lets_encrypt_dns_records ?? false,
      network: wanted.network ?? 'EXTERNAL',
      network_stack: wanted.network_stack ?? 'IPV4',
      type: wanted.type ?? 'REGIONAL',
      tls_cipher_policy: wanted.tls_cipher_policy ?? 'DEFAULT',
    },
  }
}

/** Only HTTP has paths. */
const pathOf = ({ protocol, path }: z.output<typeof healthCheck>): string => (protocol === 'tcp' ? '' : path || '/')
