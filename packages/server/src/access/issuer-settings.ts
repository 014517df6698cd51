import { goesInClear } from '@atlas/client'
import { type Problem, type Role, roles } from '@atlas/core'
import { z } from 'zod'

/** `value=meaning`, with commas between. */
const pairs = z
  .string()
  .regex(/^[^=,]+=[^=,]+(,[^=,]+=[^=,]+)*$/, 'pairs such as `ops=admin,dev=operator`')
  .transform(
    (text) => new Map(text.split(',').map((pair) => pair.split('=').map((part) => part.trim()) as [string, string])),
  )

/** Signatures that only the issuer can make: with a shared secret (HS256) whoever checks could also sign. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const

export const issuerVariables = {
  ATLAS_OIDC_ISSUER: z
    .url({ protocol: /^https?$/, error: 'a URL such as https://login.example.com/realms/ops' })
    .optional()
    .describe('OpenID Connect issuer whose bearer tokens are accepted, written as they name it. Without one none are.'),
  ATLAS_OIDC_AUDIENCE: z
    .string()
    .optional()
    .describe('What such a token must name as its audience. Needed with an issuer.'),
  ATLAS_OIDC_WORKSPACE_CLAIM: z
    .string()
    .default('atlas_workspace')
    .describe('Claim that names the workspace or workspaces; dots lead into objects.'),
  ATLAS_OIDC_WORKSPACES: pairs
    .optional()
    .describe('Which value of that claim means which workspace, such as `team-1=blue,team-2=red`. Default: its name.'),
  ATLAS_OIDC_ROLE_CLAIM: z
    .string()
    .default('atlas_role')
    .describe('Claim that gives the role, or a list of which the highest counts; dots lead into objects.'),
  ATLAS_OIDC_ROLES: pairs
    .pipe(z.map(z.string(), z.enum(roles, 'the roles are viewer, operator and admin')))
    .default(new Map(roles.map((role) => [role, role])))
    .describe(
      'Which value of that claim means which role, such as `ops=admin,dev=operator`. Default: the roles’ names.',
    ),
  ATLAS_OIDC_ALGORITHMS: z
    .string()
    .default('RS256,PS256,ES256,EdDSA')
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(z.array(z.enum(algorithms)))
    .describe('Signature algorithms that are accepted; only asymmetric ones can be.'),
  ATLAS_OIDC_CLOCK_TOLERANCE: z.coerce
    .number()
    .int()
    .min(0)
    .max(300)
    .default(30)
    .describe('Seconds by which the issuer’s clock may differ from ours.'),
}

type Given = z.output<z.ZodObject<typeof issuerVariables>>

export interface IssuerSettings {
  issuer: string
  audience: string
  workspaceClaim: string
  /** `undefined`: the values of the claim are the workspaces. */
  workspaces: ReadonlyMap<string, string> | undefined
  roleClaim: string
  roles: ReadonlyMap<string, Role>
  algorithms: string[]
  /** Seconds. */
  clockTolerance: number
}

/** What is wrong with them together. */
export function issuerProblem({
  ATLAS_OIDC_ISSUER: issuer,
  ATLAS_OIDC_AUDIENCE: audience,
}: Given): Problem | undefined {
  if (!issuer) return undefined
  if (!audience)
    return {
      where: 'ATLAS_OIDC_AUDIENCE',
      message:
        'ATLAS_OIDC_ISSUER is set and ATLAS_OIDC_AUDIENCE is not, so tokens for other programs would open this one',
      hint: 'set ATLAS_OIDC_AUDIENCE to what the issuer puts into "aud" for Atlas',
    }
  if (!goesInClear(new URL(issuer))) return undefined
  return {
    where: 'ATLAS_OIDC_ISSUER',
    message: 'the issuer’s keys would come over the network in clear, where anybody could replace them',
    expected: 'https, or http on this computer',
  }
}

export const issuerSettings = (given: Given): IssuerSettings | undefined =>
  given.ATLAS_OIDC_ISSUER === undefined
    ? undefined
    : {
        issuer: given.ATLAS_OIDC_ISSUER,
        audience: given.ATLAS_OIDC_AUDIENCE!,
        workspaceClaim: given.ATLAS_OIDC_WORKSPACE_CLAIM,
        workspaces: given.ATLAS_OIDC_WORKSPACES,
        roleClaim: given.ATLAS_OIDC_ROLE_CLAIM,
        roles: given.ATLAS_OIDC_ROLES,
        algorithms: given.ATLAS_OIDC_ALGORITHMS,
        clockTolerance: given.ATLAS_OIDC_CLOCK_TOLERANCE,
      }
