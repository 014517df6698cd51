import { z } from 'zod'
import type { DeployKeyView, OwnDeployKey } from '../control/deploy-keys.ts'

const time = z.string().meta({ examples: ['2026-11-20T10:00:00.000Z'] })
export const kindOfKey = z.enum(['ssh', 'https'])

export const deployKeyJson = z
  .object({
    project: z.string().meta({ examples: ['hostomatic'] }),
    kind: kindOfKey.describe('Which addresses of repositories it is for'),
    fingerprint: z.string().describe('Tells it from others: of ssh as `ssh-keygen -l` says it'),
    public_key: z.string().nullable().describe('Of ssh: what the host of the repository is given'),
    host: z.string().nullable().describe('Of https: the host that alone is shown the token'),
    set_at: time,
    set_by: z.string().meta({ examples: ['root'] }),
    used_at: time.nullable().describe('To the minute; null where it never was'),
  })
  .meta({ id: 'DeployKey' })

/** A line end would be another line of what git is told. */
const word = z.string().regex(/^[\x21-\x7e]+$/, 'expected visible characters of ASCII, without spaces')

export const ownDeployKeyJson = z
  .union([
    z.strictObject({
      private_key: z.string().min(1).max(16_384).describe('For ssh, as OpenSSH writes it, without a passphrase'),
    }),
    z.strictObject({
      token: word.min(8).max(4096).describe('For https'),
      username: word.max(200).default('x-access-token').describe('GitHub and GitLab take any with a personal token'),
      host: z
        .string()
        .regex(/^[A-Za-z0-9.-]{1,253}(:\d{1,5})?$/, 'expected a host as in the address, such as github.com')
        .transform((host) => host.toLowerCase())
        .describe('Nobody else is shown it')
        .meta({ examples: ['github.com'] }),
    }),
  ])
  .meta({ id: 'OwnDeployKey', examples: [{ token: 'ghp_0123456789abcdef', host: 'github.com' }] })

export const ownDeployKeyOf = (body: z.output<typeof ownDeployKeyJson>): OwnDeployKey =>
  'private_key' in body ? { privateKey: body.private_key } : body

export const deployKeyToJson = (view: DeployKeyView): z.infer<typeof deployKeyJson> => {
  const { publicKey: public_key, setAt: set_at, setBy: set_by, usedAt: used_at, ...more } = view
  return { ...more, public_key, set_at, set_by, used_at }
}
