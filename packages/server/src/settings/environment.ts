import { goesInClear } from '@atlas/client'
import { AtlasError, type Problem } from '@atlas/core'
import { z } from 'zod'
import { type IssuerSettings, issuerProblem, issuerSettings, issuerVariables } from '../access/issuer-settings.ts'
import { credentialProblems, credentialVariables, wayIn } from '../credentials/variables.ts'
import { type TraceSettings, traceSettings, traceVariables } from '../observe/trace-settings.ts'
import { serviceSecretProblems, serviceSecretVariables } from '../secrets/variables.ts'
import { edgeVariables, token } from './edge-variables.ts'

/** Every environment variable that the server reads; docs/configuration.md is made of it (a test holds both equal). */
export const variables = z.object({
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'a URL such as postgresql://user:password@host:5432/atlas' })
    .optional()
    .describe('A PostgreSQL (15 or newer) of your own instead of the embedded one.'),
  DO_TOKEN: token
    .optional()
    .describe('Credential of the DigitalOcean account. Without one, `--dev` starts the sandbox.'),
  DIGITALOCEAN_API_TOKEN: token.optional().describe('The same by the name that doctl and Terraform know.'),
  DIGITALOCEAN_API_URL: z
    .url({ protocol: /^https?$/, error: 'a URL such as https://api.digitalocean.com' })
    .default('https://api.digitalocean.com')
    .describe('Where that account is. Plain http only on this computer, because the token goes there.'),
  ATLAS_TOKEN: token
    .min(24, 'at least 24 characters, because it opens everything')
    .optional()
    .describe('What callers of the API must send. Default: a random one, kept in the data folder.'),
  ...issuerVariables,
  ...credentialVariables,
  ...serviceSecretVariables,
  ...edgeVariables,
  ATLAS_PATROL_MINUTES: z.coerce
    .number()
    .min(0)
    .max(1440)
    .default(10)
    .describe('How often the cloud is looked over for drift and for what lost requests left behind; 0 turns it off.'),
  ATLAS_SANDBOX_BACKEND: z
    .enum(['auto', 'namespace', 'process', 'docker', 'none'])
    .default('auto')
    .describe('What the droplets of the sandbox are made of.'),
  ATLAS_SANDBOX_RATE_LIMIT: z
    .string()
    .min(1)
    .optional()
    .describe('Rate limit of the sandbox, such as `5000/h,250/min` (DigitalOcean’s, the default) or `off`.'),
  ATLAS_EVENT_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3650)
    .default(90)
    .describe('For how many days events, and what became of them at webhooks, are kept.'),
  ATLAS_WEBHOOK_LOOPBACK: z
    .stringbool()
    .default(false)
    .describe('`true`: webhooks may also lead to this computer, and there without TLS: for trying them out.'),
  ATLAS_EMAIL_CONFIG: z
    .string()
    .min(1)
    .optional()
    .describe('email_config.json: who is told by mail of deploys, failures and recoveries. Default: nobody.'),
  ATLAS_SMTP_PASSWORD: z.string().min(1).optional().describe('Of the user in that file, at its mail server.'),
  ...traceVariables,
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('What goes into server.log.'),
})

/** Whose values are shown to nobody. */
export const secretVariables: ReadonlySet<string> = new Set<keyof Variables>([
  'DATABASE_URL',
  'DO_TOKEN',
  'DIGITALOCEAN_API_TOKEN',
  'ATLAS_TOKEN',
  'ATLAS_VAULT_KEY',
  'CONTEXT_MANAGER_TOKEN',
  'VAULT_TOKEN',
  'VAULT_ROLE_ID',
  'VAULT_SECRET_ID',
  'ATLAS_METRICS_TOKEN',
  'ATLAS_SMTP_PASSWORD',
  'OTEL_EXPORTER_OTLP_HEADERS',
])

export type Variables = z.output<typeof variables>

/** The cloud account that the environment names; `undefined` when there is no credential. */
export interface Credential {
  token: string
  url: string
}

/** What becomes `credential`, `issuer` and `traces`. */
type Combined =
  | 'DO_TOKEN'
  | 'DIGITALOCEAN_API_TOKEN'
  | 'DIGITALOCEAN_API_URL'
  | keyof typeof issuerVariables
  | keyof typeof traceVariables

export interface Environment extends Omit<Variables, Combined> {
  /** What `DO_TOKEN` and its like say. */
  credential: Credential | undefined
  /** Where accounts of DigitalOcean are asked. No slash at its end. */
  digitalOceanUrl: string
  issuer: IssuerSettings | undefined
  /** `undefined`: nothing is traced. */
  traces: TraceSettings | undefined
}

/**
 * Reads the environment; an empty variable counts as absent.
 * @throws AtlasError `config_invalid` naming every variable at fault, never a value of one that holds a secret
 */
export function readEnvironment(raw: Readonly<Record<string, string | undefined>>): Environment {
  const given = Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = variables.safeParse(given)
  if (!parsed.success) throw refusal(parsed.error.issues.map(problemOf))
  const { DO_TOKEN, DIGITALOCEAN_API_TOKEN, DIGITALOCEAN_API_URL: url, ...rest } = parsed.data
  if (DO_TOKEN && DIGITALOCEAN_API_TOKEN && DO_TOKEN !== DIGITALOCEAN_API_TOKEN) throw refusal([twoTokens])
  const chosen = DO_TOKEN ?? DIGITALOCEAN_API_TOKEN
  const aboutIssuer = issuerProblem(rest)
  const problems = [
    // Whether or not the environment has a token: those of workspaces go there too.
    ...(goesInClear(new URL(url)) ? [plainHttp] : []),
    ...(aboutIssuer ? [aboutIssuer] : []),
    ...credentialProblems(rest),
    ...serviceSecretProblems(rest, { vault: wayIn(rest) !== undefined }),
  ]
  if (problems.length > 0) throw refusal(problems)
  const digitalOceanUrl = url.replace(/\/+$/, '')
  const others = Object.fromEntries(
    Object.entries(rest).filter(([name]) => !(name in issuerVariables || name in traceVariables)),
  )
  return {
    ...(others as Omit<Variables, Combined>),
    digitalOceanUrl,
    credential: chosen ? { token: chosen, url: digitalOceanUrl } : undefined,
    issuer: issuerSettings(rest),
    traces: traceSettings(rest),
  }
}

const twoTokens: Problem = {
  where: 'DO_TOKEN',
  message: 'DO_TOKEN and DIGITALOCEAN_API_TOKEN are both set, and differ',
  hint: 'unset one of them',
}

const plainHttp: Problem = {
  where: 'DIGITALOCEAN_API_URL',
  message: 'the token would go over the network in clear',
  expected: 'https, or http on this computer',
}

function problemOf(issue: z.core.$ZodIssue): Problem {
  const name = String(issue.path[0])
  return { where: name, message: `${name} is not valid: ${issue.message}` }
}

function refusal(problems: Problem[]): AtlasError {
  return new AtlasError('config_invalid', problems.map(({ message }) => message).join('; '), {
    problems,
    hint: problems[0]?.hint ?? `correct or unset ${problems.map(({ where }) => where).join(', ')}`,
  })
}
