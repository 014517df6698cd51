import type { Caller } from '@atlas/api'
import { goesInClear } from '@atlas/client'
import { AtlasError, type Role, roles } from '@atlas/core'
import { unknownWorkspace } from '@atlas/store'
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import { z } from 'zod'
import type { IssuerSettings } from './issuer-settings.ts'
import type { Memory } from './memory.ts'
import { digestOf } from './secret.ts'
import type { Recognise } from './tokens.ts'

/** What an issuer says of somebody. */
interface Identity {
  subject: string
  name: string
  /** Seconds since 1970. */
  expires: number
  role: Role | undefined
  workspaces: string[]
}

const jwtForm = /^[\w-]+\.[\w-]+\.[\w-]+$/
const timeoutMs = 5000

/** Callers by the bearer tokens of an OpenID Connect issuer. */
export function issuerCallers(settings: IssuerSettings, memory: Memory): Recognise {
  const remembered = memory.remembered<Identity>()
  const keys = keysOf(settings)

  async function verify(bearer: string): Promise<Identity> {
    const { issuer, audience, algorithms, clockTolerance } = settings
    const key = await keys()
    try {
      const rules = { issuer, audience, algorithms, clockTolerance, requiredClaims: ['sub', 'exp'] }
      return identityOf((await jwtVerify(bearer, key, rules)).payload, settings)
    } catch (error) {
      throw isTheTokens(error) ? refused(error) : unavailable(issuer, error)
    }
  }

  return async (bearer, workspace) => {
    if (!jwtForm.test(bearer)) return undefined
    // Not checked anew by every request; memory is given up every few seconds, so a key that the issuer withdrew ends too.
    const identity = (await remembered(digestOf(bearer), () => verify(bearer)))!
    if (identity.expires + settings.clockTolerance <= Date.now() / 1000) throw refused(new Error('"exp" has passed'))
    return callerOf(identity, workspace, settings)
  }
}

/** Finds the keys by discovery (OpenID Connect Discovery 1.0, 4), at the first token and not before. */
function keysOf({ issuer }: IssuerSettings) {
  const document = z.object({ issuer: z.literal(issuer), jwks_uri: z.url() })
  let found: Promise<ReturnType<typeof createRemoteJWKSet>> | undefined

  async function discover() {
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
    try {
      const answer = await fetch(address, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' })
      if (!answer.ok) throw new Error(`HTTP ${answer.status} from ${address}`)
      const url = new URL(document.parse(await answer.json()).jwks_uri)
      if (goesInClear(url)) throw new Error(`its keys would come in clear, from ${url}`)
      return createRemoteJWKSet(url, { timeoutDuration: timeoutMs })
    } catch (error) {
      throw unavailable(issuer, error)
    }
  }
  return () => {
    found ??= discover().catch((error) => {
      found = undefined
      throw error
    })
    return found
  }
}

function identityOf(claims: JWTPayload, settings: IssuerSettings): Identity {
  const { workspaces, roles: meaning } = settings
  const named = textsAt(claims, settings.workspaceClaim)
  const given = textsAt(claims, settings.roleClaim).flatMap((value) => meaning.get(value) ?? [])
  const name = [claims.name, claims.preferred_username, claims.email, claims.sub].find((one) => typeof one === 'string')
  return {
    subject: claims.sub!,
    name: String(name).slice(0, 200),
    expires: claims.exp!,
    role: roles.findLast((role) => given.includes(role)),
    workspaces: workspaces ? named.flatMap((value) => workspaces.get(value) ?? []) : named,
  }
}

/** A claim's text or texts. Names that look like paths, such as `https://example.com/role`, are tried as they are first. */
function textsAt(claims: JWTPayload, path: string): string[] {
  const direct = Object.hasOwn(claims, path) ? claims[path] : undefined
  const value = direct ?? path.split('.').reduce<unknown>(member, claims)
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string')
}

const member = (value: unknown, name: string): unknown =>
  value !== null && typeof value === 'object' && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined

/** @throws AtlasError `not_found` for a workspace that is not this one's, `usage` where one has to be chosen */
function callerOf(identity: Identity, asked: string | undefined, settings: IssuerSettings): Caller {
  const { subject, name, role, workspaces } = identity
  const actor = { kind: 'oidc', id: subject, name } as const
  const workspace = asked ?? workspaces[0]
  if (role === undefined || workspace === undefined) {
    const missing = role === undefined ? settings.roleClaim : settings.workspaceClaim
    const refusal = new AtlasError(
      'forbidden',
      `The issuer’s token of ${name} gives nothing here: see its claim ${missing}.`,
      {
        hint: 'whoever runs the server says what claims mean: ATLAS_OIDC_ROLES, ATLAS_OIDC_WORKSPACES',
      },
    )
    return { workspace: workspace ?? '', role: 'viewer', actor, refusal }
  }
  if (asked === undefined && workspaces.length > 1) {
    throw new AtlasError('usage', `${name} has the workspaces ${workspaces.join(', ')}, and the request names none.`, {
      hint: `send the header Atlas-Workspace: ${workspaces[0]}`,
    })
  }
  if (!workspaces.includes(workspace)) throw unknownWorkspace(workspace)
  return { workspace, role, actor }
}

/** Whether the fault is the token's; anything else is the issuer's or the way's to it. */
const isTheTokens = (error: unknown) =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error.code === 'ERR_JOSE_GENERIC')

const refused = (cause: unknown) =>
  new AtlasError('unauthorized', `The token of the issuer is refused: ${(cause as Error).message}.`, {
    cause,
    hint: 'sign in again for a new one',
  })

const unavailable = (issuer: string, cause: unknown) =>
  new AtlasError('issuer_unavailable', `The issuer ${issuer} cannot be asked: ${(cause as Error).message}.`, {
    cause,
    hint: 'try again; if it stays away, compare ATLAS_OIDC_ISSUER with the issuer’s own discovery document',
  })
