import type { Problem } from '@atlas/core'
import { z } from 'zod'

export const secretSourceNames = ['sealed', 'environment', 'file', 'vault', 'context-manager'] as const
export type SecretSourceName = (typeof secretSourceNames)[number]

const words = (text: string) => text.split(/[\s,]+/).filter(Boolean)

/** Where secrets of services are looked for. Part of `variables` in ../settings/environment.ts. */
export const serviceSecretVariables = {
  ATLAS_SECRET_SOURCES: z
    .string()
    .transform(words)
    .pipe(z.array(z.enum(secretSourceNames)))
    .optional()
    .describe(
      'Where secrets of services are looked for, in this order. Default: `sealed,environment,file,vault,context-manager`, of these what is configured.',
    ),
  ATLAS_SECRETS_FILE: z
    .string()
    .startsWith('/', 'an absolute path')
    .optional()
    .describe('File with secrets of services, as .env or JSON, which only its owner may read.'),
  VAULT_SECRETS_PATH: z
    .string()
    .trim()
    .regex(/\{workspace\}.*\{project\}.*\{environment\}/, 'a path with {workspace}, {project} and {environment} in it')
    .default('atlas/{workspace}/{project}/{environment}')
    .describe('Where secrets of services are below VAULT_KV_MOUNT.'),
}

type Variables = z.output<z.ZodObject<typeof serviceSecretVariables>>

/** What each variable alone does not show. @param vault whether there is a way into one */
export function serviceSecretProblems(given: Variables, { vault }: { vault: boolean }): Problem[] {
  const named = (name: SecretSourceName) => given.ATLAS_SECRET_SOURCES?.includes(name) === true
  const problems: Problem[] = []
  if (named('file') && given.ATLAS_SECRETS_FILE === undefined)
    problems.push({
      where: 'ATLAS_SECRETS_FILE',
      message: 'ATLAS_SECRET_SOURCES names file, and ATLAS_SECRETS_FILE is not set',
      hint: 'set ATLAS_SECRETS_FILE=/etc/atlas/secrets.env',
    })
  if (named('vault') && !vault)
    problems.push({
      where: 'VAULT_ADDR',
      message: 'ATLAS_SECRET_SOURCES names vault, and VAULT_ADDR or the way in is not set',
      hint: 'set VAULT_ADDR, and VAULT_TOKEN or both VAULT_ROLE_ID and VAULT_SECRET_ID',
    })
  return problems
}
