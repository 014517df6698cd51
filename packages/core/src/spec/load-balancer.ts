import { z } from 'zod'
import type { JsonObject } from '../json.ts'
import { idOf, port, refOr, tag, together, vpc } from './values.ts'

const forwardingRule = z
  .strictObject({
    entry_protocol: z.enum(['http', 'https', 'http2', 'http3', 'tcp', 'udp']).describe('What clients speak.'),
    entry_port: port.describe('Where clients connect.'),
    target_protocol: z.enum(['http', 'https', 'http2', 'tcp', 'udp']).describe('What the machines speak.'),
    target_port: port.describe('Where the machines listen.'),
    certificate: z.string().min(1).optional().describe('Id of the certificate for https or http2.'),
    tls_passthrough: z.boolean().default(false).describe('Hands encrypted traffic on without opening it.'),
  })
  .refine(
    (rule) => !(rule.certificate && rule.tls_passthrough),
    together('a certificate or tls_passthrough, not both', ['certificate']),
  )

const seconds = (least: number, most: number) =>
  z
    .int(`${least} to ${most} seconds`)
    .min(least, `${least} to ${most} seconds`)
    .max(most, `${least} to ${most} seconds`)

const times = z.int('2 to 10 times').min(2, '2 to 10 times').max(10, '2 to 10 times')

const healthCheck = z.strictObject({
  protocol: z.enum(['http', 'https', 'tcp']).default('http'),
  port: port.default(80).describe('Port on the machines.'),
  path: z.string().regex(/^\//, 'a path that starts with /').default('/').describe('Asked for by http and https.'),
  interval_seconds: seconds(3, 300).default(10).describe('Time between two checks.'),
  timeout_seconds: seconds(3, 300).default(5).describe('A check without an answer for so long has failed.'),
  unhealthy_threshold: times.default(5).describe('Failures in a row that take a machine out.'),
  healthy_threshold: times.default(3).describe('Successes in a row that take it in again.'),
})

/** Spreads traffic over machines. Every field changes in place except `vpc`. */
export const loadBalancer = z
  .strictObject({
    forwarding_rules: z
      .array(forwardingRule)
      .min(1, 'at least one rule')
      .describe('What comes in where, and goes where.'),
    health_check: healthCheck.prefault({}).describe('How a machine shows that it can serve.'),
    sticky_sessions: z
      .strictObject({
        cookie_name: z.string().min(2).max(40).describe('Name of the cookie.'),
        cookie_ttl_seconds: seconds(1, 34_650).describe('How long the cookie lives.'),
      })
      .optional()
      .describe('Keeps a client on one machine by a cookie; without it each request goes anywhere.'),
    machines: z.array(idOf('machine')).optional().describe('The machines that serve.'),
    tag: refOr(tag).optional().describe('Every machine with this tag serves.'),
    targets: z
      .literal('deploys')
      .optional()
      .describe(
        'Deploys say which machines serve, at which port, and what their health check is; what is described of that holds until the first.',
      ),
    nodes: z
      .int('1 to 100 nodes')
      .min(1, 'at least 1 node')
      .max(100, 'at most 100 nodes')
      .default(1)
      .describe('More nodes carry more traffic; each is paid for.'),
    redirect_http_to_https: z.boolean().default(false),
    proxy_protocol: z.boolean().default(false).describe("Tells the machines the client's address by PROXY protocol."),
    backend_keepalive: z.boolean().default(false).describe('Keeps connections to the machines open between requests.'),
    idle_timeout_seconds: seconds(30, 600).default(60).describe('An HTTP request may wait so long for an answer.'),
    vpc: vpc.describe('The private network it is in. Another replaces the load balancer.'),
  })
  .refine(
    ({ machines, tag, targets }) => [machines, tag, targets].filter((one) => one !== undefined).length === 1,
    together('either machines, tag or targets', ['machines']),
  )
  .refine(
    ({ targets, forwarding_rules }) => !targets || forwarding_rules.every((rule) => rule.target_protocol === 'http'),
    together('target_protocol http, which is what services of deploys speak', ['forwarding_rules']),
  )

/**
 * What is wanted of a load balancer, with what deploys have made of it where that is theirs to say.
 * @param live as it is; absent: it is still to be made, and sends nowhere until the first deploy
 */
export function withTargets({ targets, ...want }: JsonObject, live?: JsonObject): JsonObject {
  if (targets === undefined) return want
  if (!live) return { ...want, machines: [] }
  const [first] = live.forwarding_rules as JsonObject[]
  const rules = (want.forwarding_rules as JsonObject[]).map((rule) => ({ ...rule, target_port: first!.target_port! }))
  const where = live.tag === undefined ? { machines: live.machines ?? [] } : { tag: live.tag }
  return { ...want, forwarding_rules: rules, health_check: live.health_check!, ...where }
}
