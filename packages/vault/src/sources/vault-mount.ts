import { AtlasError } from '@atlas/core/errors'
import { z } from 'zod'
import type { Answer } from './ask.ts'
import type { Call } from './hashicorp-vault.ts'

const reasons = z.object({ errors: z.array(z.string()).min(1) })
const mounted = z.object({
  data: z.object({ type: z.string(), options: z.object({ version: z.string().optional() }).nullish() }),
})

/**
 * 404 is what a path without a secret answers, and so does one below a mount of KV version 1; below none it has a reason.
 * Whoever may read a path may ask what its mount is, as `vault kv` does before it reads.
 * @throws AtlasError `config_invalid` where a secret that is there would be called missing
 */
export async function refuseOtherMount(call: Call, mount: string, token: string, { body }: Answer): Promise<void> {
  if (reasons.safeParse(body).success)
    throw new AtlasError('config_invalid', `Vault has nothing mounted at ${mount}/.`, {
      hint: 'vault secrets list; then set VAULT_KV_MOUNT, and VAULT_NAMESPACE where it is in one',
    })
  const told = mounted.safeParse((await call(`sys/internal/ui/mounts/${mount}`, { token })).body)
  if (!told.success) return
  const { type, options } = told.data.data
  if (type === 'kv' && options?.version === '2') return
  const what = type === 'kv' ? 'KV version 1' : type
  throw new AtlasError('config_invalid', `Vault has ${what} at ${mount}/, and KV version 2 is read.`, {
    hint: `${type === 'kv' ? `vault kv enable-versioning ${mount}; or ` : ''}set VAULT_KV_MOUNT to a mount of version 2`,
  })
}
