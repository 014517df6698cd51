import { z } from 'zod'
import type { CredentialSource } from '../credential.ts'
import { type Answer, ask, misunderstood, refused } from './ask.ts'
import { type Login, vaultLogin } from './vault-login.ts'
import { refuseOtherMount } from './vault-mount.ts'

export interface HashicorpVaultOptions {
  /** VAULT_ADDR, such as `https://vault.example.com:8200`. */
  url: string
  login: Login
  /** Of Vault Enterprise or OpenBao: sent as `X-Vault-Namespace`. */
  namespace?: string | undefined
  /** Where the KV engine, version 2, is mounted. */
  mount: string
  /** Below the mount, with names in braces that are filled in, such as `{workspace}`. */
  path: string
  timeoutMs?: number
}

const place = 'Vault'
const known = { 503: { means: 'it is sealed, or has no leader', hint: 'vault operator unseal' } }

const found = z.object({
  data: z.object({ data: z.record(z.string(), z.string()), metadata: z.object({ version: z.int() }) }),
})

/** HashiCorp Vault, or OpenBao, which speaks the same: KV version 2, `GET /v1/<mount>/data/<path>`. */
export function hashicorpVaultSource(options: HashicorpVaultOptions): CredentialSource {
  const read = vaultReader(options)
  return {
    name: 'vault',
    async read(workspace, provider) {
      const secret = await read({ workspace, provider })
      return secret && { fields: secret.fields }
    },
  }
}

export interface VaultSecret {
  fields: Record<string, string>
  /** Of the whole path, all its fields. */
  version: number
}

/**
 * Reads what is at the path, filled in with the values; `undefined` where nothing is.
 * @throws AtlasError `credential_unavailable`, `config_invalid`
 */
export function vaultReader(
  options: HashicorpVaultOptions,
): (values: Readonly<Record<string, string>>) => Promise<VaultSecret | undefined> {
  const { namespace, timeoutMs, login } = options
  const base = `${options.url.replace(/\/+$/, '')}/v1`
  const call: Call = (path, { token, ...more } = {}) => {
    const headers = {
      'x-vault-request': 'true',
      ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
      ...(token !== undefined && { 'x-vault-token': token }),
    }
    return ask(`${base}/${path}`, { place, known, headers, ...more, ...(timeoutMs !== undefined && { timeoutMs }) })
  }
  const entry = vaultLogin(call, login)
  const mount = segments(options.mount)
  const otherwise = 'token' in login ? '; or, where VAULT_TOKEN has ended, give it another' : ''

  return async (values) => {
    const path = `${mount}/data/${filled(options.path, values)}`
    let token = await entry.token()
    let answer = await call(path, { token })
    // 403 is also what an expired or revoked token gets. A new one tells the two apart.
    if (answer.status === 403 && entry.forget()) {
      token = await entry.token()
      answer = await call(path, { token })
    }
    // Also what was deleted, or destroyed, in its newest version.
    if (answer.status === 404) return void (await refuseOtherMount(call, mount, token, answer))
    if (answer.status !== 200) refused(place, answer.status, `let its policy read ${path}${otherwise}`)
    const secret = found.safeParse(answer.body)
    if (!secret.success) misunderstood(place, 'a secret of KV version 2 whose values are texts')
    const { data, metadata } = secret.data.data
    return { fields: data, version: metadata.version }
  }
}

export type Call = (path: string, more?: { token?: string; method?: 'GET' | 'POST'; body?: unknown }) => Promise<Answer>

const segments = (path: string) => path.split('/').filter(Boolean).map(encodeURIComponent).join('/')

/** What is filled in stays within its segment, whatever is in the name. */
const filled = (template: string, values: Readonly<Record<string, string>>) =>
  template
    .split('/')
    .filter(Boolean)
    .map((part) => encodeURIComponent(part.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)))
    .join('/')
