import { readFileSync } from 'node:fs'
import { AtlasError, type EventType } from '@atlas/core'
import { parseFile } from '@atlas/deploy'
import { z } from 'zod'

/** What each word means in events. */
const told = {
  deploys: ['deployment.completed', 'operation.cancelled'],
  failures: [
    'deployment.failed',
    'target.ejected',
    'target.failing',
    'certificate.failed',
    'webhook.disabled',
    'budget.exceeded',
  ],
  recoveries: ['drift.detected', 'drift.cleared', 'target.restored'],
  heartbeats: ['server.heartbeat'],
} as const satisfies Record<string, readonly EventType[]>

const words = Object.keys(told) as (keyof typeof told)[]

/** config/email_config.json. The password is no part of it: ATLAS_SMTP_PASSWORD of the server's environment. */
const emailConfig = z.strictObject({
  smtp: z.strictObject({
    host: z.string().min(1).describe('The mail server.'),
    port: z.int().min(1).max(65_535).default(587),
    security: z
      .enum(['starttls', 'tls', 'none'])
      .default('starttls')
      .describe('`tls`: from the first byte, as at port 465. `none` only to this computer.'),
    user: z.string().min(1).optional().describe('With the password in ATLAS_SMTP_PASSWORD.'),
  }),
  from: z.email().describe('The sender.'),
  to: z.array(z.email()).min(1).describe('Who is told.'),
  workspace: z.string().min(1).default('default').describe('Whose events.'),
  notify: z
    .array(z.enum(words as [keyof typeof told, ...(keyof typeof told)[]]))
    .min(1)
    .default(['deploys', 'failures', 'recoveries'])
    .describe('heartbeats are off unless they are named here.'),
  heartbeat_minutes: z.int().min(1).max(10_080).default(15).describe('Between two heartbeats.'),
})

export type EmailConfig = z.output<typeof emailConfig>

export const typesOf = ({ notify }: Pick<EmailConfig, 'notify'>): EventType[] => [
  ...new Set(notify.flatMap((word): readonly EventType[] => told[word])),
]

/** @throws AtlasError `config_invalid`: `file:line:column`, what was found and expected, the nearest valid word */
export function readEmailConfig(file: string): EmailConfig {
  const config = parseFile(readText(file), file, emailConfig)
  const { host, security } = config.smtp
  if (security !== 'none' || ['localhost', '127.0.0.1', '::1'].includes(host)) return config
  throw new AtlasError('config_invalid', `${file}: mail to ${host} would go over the network in clear.`, {
    hint: '"security": "starttls", or "tls" at port 465',
  })
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new AtlasError(
      'config_invalid',
      `${file} of ATLAS_EMAIL_CONFIG cannot be read: ${(error as Error).message}.`,
      {
        hint: 'name the file, or unset ATLAS_EMAIL_CONFIG',
      },
    )
  }
}
