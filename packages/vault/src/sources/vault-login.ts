import { z } from 'zod'
import { misunderstood, refused } from './ask.ts'
import type { Call } from './hashicorp-vault.ts'

/** How this server shows itself to Vault: with a token, or with an AppRole that it gets tokens for. */
export type Login = { token: string } | { roleId: string; secretId: string; mount?: string }

export interface VaultEntry {
  /** A token that is valid as far as is known, renewed where it is about to run out. */
  token(): Promise<string>
  /** It was refused. @returns whether there is another way in */
  forget(): boolean
}

interface Held {
  token: string
  /** Milliseconds since 1970; `undefined`: it does not run out. */
  renewAt: number | undefined
  endsAt: number | undefined
}

const auth = z.object({
  auth: z.object({ client_token: z.string(), lease_duration: z.number(), renewable: z.boolean() }),
})
const lookup = z.object({ data: z.object({ ttl: z.number(), renewable: z.boolean().optional() }) })

const wrongRole = 'look at VAULT_ROLE_ID and VAULT_SECRET_ID, and at VAULT_NAMESPACE where the role is in one'

/**
 * Tokens are renewed on use, once two thirds of their time are over: a server that nobody uses renews nothing, and gets in
 * anew by its AppRole.
 */
export function vaultLogin(call: Call, login: Login): VaultEntry {
  let held: Promise<Held> | undefined

  async function enter(): Promise<Held> {
    if ('token' in login) return known(call, login.token)
    const { roleId: role_id, secretId: secret_id, mount = 'approle' } = login
    const answer = await call(`auth/${mount}/login`, { method: 'POST', body: { role_id, secret_id } })
    if (answer.status !== 200) refused('Vault', answer.status, wrongRole)
    return granted(answer.body)
  }

  async function renewed(before: Held): Promise<Held> {
    const answer = await call('auth/token/renew-self', { method: 'POST', token: before.token, body: {} })
    if (answer.status === 200) return granted(answer.body)
    // It may not be renewed any more: it is used to its end.
    return { ...before, renewAt: before.endsAt }
  }

  async function next(before: Promise<Held> | undefined): Promise<Held> {
    const last = await before?.catch(() => undefined)
    const now = Date.now()
    if (!last || now >= (last.endsAt ?? Number.POSITIVE_INFINITY)) return enter()
    return now >= (last.renewAt ?? Number.POSITIVE_INFINITY) ? renewed(last) : last
  }

  return {
    async token() {
      held = next(held)
      return (await held).token
    },
    forget() {
      held = undefined
      return 'roleId' in login
    },
  }
}

/** A token that was given says itself how long it lives; one that may not look at itself is taken as it is. */
async function known(call: Call, token: string): Promise<Held> {
  const { body } = await call('auth/token/lookup-self', { token })
  const own = lookup.safeParse(body)
  return own.success ? lasting(token, own.data.data.ttl, own.data.data.renewable ?? false) : lasting(token, 0, false)
}

function granted(body: unknown): Held {
  const answer = auth.safeParse(body)
  if (!answer.success) misunderstood('Vault', 'a login')
  const { client_token, lease_duration, renewable } = answer.data.auth
  return lasting(client_token, lease_duration, renewable)
}

/** @param seconds 0: it does not run out */
function lasting(token: string, seconds: number, renewable: boolean): Held {
  if (seconds === 0) return { token, renewAt: undefined, endsAt: undefined }
  const now = Date.now()
  const endsAt = now + seconds * 1000
  return { token, endsAt, renewAt: renewable ? now + (seconds * 1000 * 2) / 3 : endsAt }
}
