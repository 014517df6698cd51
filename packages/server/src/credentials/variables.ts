import { goesInClear } from '@atlas/client'
import { defaultWorkspace, type Problem } from '@atlas/core'
import { parseKeys } from '@atlas/vault'
import { z } from 'zod'

const word = z.string().trim().regex(/^\S+$/, 'a word without white space')
const address = z.url({ protocol: /^https?$/, error: 'a URL such as https://vault.example.com:8200' })
const words = (text: string) => text.split(/[\s,]+/).filter(Boolean)

export const sourceNames = ['sealed', 'context-manager', 'vault', 'environment'] as const
export type SourceName = (typeof sourceNames)[number]

/** Where credentials are kept, and the key of the store that seals them. Part of `variables` in ../settings/environment.ts. */
export const credentialVariables = {
  ATLAS_VAULT_KEY: z
    .string()
    .refine((text) => parseKeys(text) !== undefined, 'base64 of 32 bytes, as `openssl rand -base64 32` prints it')
    .optional()
    .describe(
      'Key that seals what is secret in the database; after a comma older ones. Default: `vault.key` in the data folder.',
    ),
  ATLAS_CREDENTIAL_SOURCES: z
    .string()
    .transform(words)
    .pipe(z.array(z.enum(sourceNames)))
    .optional()
    .describe(
      'Where credentials are looked for, in this order. Default: `sealed,context-manager,vault,environment`, of these what is configured.',
    ),
  ATLAS_ENVIRONMENT_CREDENTIALS_FOR: z
    .string()
    .default(defaultWorkspace)
    .transform(words)
    .describe('Workspaces that the credentials of the environment serve, with commas; `*` is all of them.'),
  CONTEXT_MANAGER_URL: address
    .optional()
    .describe(
      'CV Context Manager. Asked when set, or when named in ATLAS_CREDENTIAL_SOURCES (then `http://localhost:3002`).',
    ),
  CONTEXT_MANAGER_TOKEN: word.optional().describe('What CV Context Manager knows this server by.'),
  VAULT_ADDR: address.optional().describe('HashiCorp Vault or OpenBao. Asked when there is a way in as well.'),
  VAULT_TOKEN: word.optional().describe('The way in to it: a token,'),
  VAULT_ROLE_ID: word.optional().describe('or an AppRole’s id'),
  VAULT_SECRET_ID: word.optional().describe('and its secret.'),
  VAULT_NAMESPACE: word.optional().describe('Namespace of Vault Enterprise or OpenBao.'),
  VAULT_KV_MOUNT: word.default('secret').describe('Where its KV engine, version 2, is mounted.'),
  VAULT_KV_PATH: word
    .regex(/\{workspace\}/, 'a path with {workspace} in it, or all workspaces would share a credential')
    .default('atlas/{workspace}/{provider}')
    .describe('Where a credential is below that.'),
}

type Variables = z.output<z.ZodObject<typeof credentialVariables>>

export const defaultContextManager = 'http://localhost:3002'

/** What each variable alone does not show. */
export function credentialProblems(given: Variables): Problem[] {
  const named = (name: SourceName) => given.ATLAS_CREDENTIAL_SOURCES?.includes(name) === true
  const problems: Problem[] = []
  for (const name of ['CONTEXT_MANAGER_URL', 'VAULT_ADDR'] as const) {
    const url = given[name]
    if (url !== undefined && goesInClear(new URL(url)))
      problems.push({
        where: name,
        message: `credentials from ${name} would come over the network in clear`,
        hint: `give ${name} an https URL, or one on this computer`,
      })
  }
  if (named('vault') && !wayIn(given))
    problems.push({
      where: 'VAULT_ADDR',
      message: 'ATLAS_CREDENTIAL_SOURCES names vault, and VAULT_ADDR or the way in is not set',
      hint: 'set VAULT_ADDR, and VAULT_TOKEN or both VAULT_ROLE_ID and VAULT_SECRET_ID',
    })
  return problems
}

/** A shell often has VAULT_ADDR for other purposes, so without a token or a role it means nothing. */
export function wayIn(given: Pick<Variables, 'VAULT_ADDR' | 'VAULT_TOKEN' | 'VAULT_ROLE_ID' | 'VAULT_SECRET_ID'>) {
  const { VAULT_ADDR: url, VAULT_TOKEN: token, VAULT_ROLE_ID: roleId, VAULT_SECRET_ID: secretId } = given
  if (url === undefined) return undefined
  if (roleId !== undefined && secretId !== undefined) return { url, login: { roleId, secretId } }
  return token === undefined ? undefined : { url, login: { token } }
}
