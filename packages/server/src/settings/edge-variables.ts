import type { Rate } from '@atlas/api'
import { z } from 'zod'

export const token = z.string().trim().regex(/^\S+$/, 'a token without white space')

const perSeconds = { s: 1, min: 60, h: 3600 }

function rateOf(text: string): Rate | undefined {
  if (text === 'off') return undefined
  const [requests, per] = text.split('/') as [string, keyof typeof perSeconds]
  return { requests: Number(requests), seconds: perSeconds[per] }
}

const isOrigin = (text: string): boolean =>
  text === '*' || (/^https?:$/.test(URL.parse(text)?.protocol ?? '') && URL.parse(text)?.origin === text)

/** Where the server listens, and what it does with those who come. Part of `variables` in environment.ts. */
export const edgeVariables = {
  HOST: z
    .union([z.ipv4(), z.ipv6(), z.hostname()], { error: 'an address such as 127.0.0.1 or 0.0.0.0' })
    .default('127.0.0.1')
    .describe('Address that `atlas serve` listens on. On any but this computer’s own, TLS is for a proxy before it.'),
  PORT: z.coerce
    .number({ error: 'a port from 0 to 65535' })
    .int()
    .min(0)
    .max(65_535)
    .default(3003)
    .describe('Port that `atlas serve` listens on; 0 takes a free one.'),
  ATLAS_RATE_LIMIT: z
    .string()
    .regex(/^(off|[1-9]\d{0,8}\/(s|min|h))$/, 'a rate such as 6000/min, or off')
    .default('6000/min')
    .transform(rateOf)
    .describe('How much each token may ask, over all nodes, such as `100/s`, `6000/min`, or `off`.'),
  ATLAS_CORS_ORIGINS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean),
    )
    .refine((origins) => origins.every(isOrigin), 'origins such as https://console.example.com, with commas, or *')
    .describe('Origins of web pages that may call the API, with commas between them; `*` is any. Default: none.'),
  ATLAS_METRICS: z
    .enum(['token', 'open', 'off'])
    .default('token')
    .describe('Who may see `/metrics`: whoever has a token for it, everybody, or nobody.'),
  ATLAS_METRICS_TOKEN: token
    .min(24, 'at least 24 characters')
    .optional()
    .describe('Opens `/metrics` and nothing else. The server’s own token opens it too.'),
  ATLAS_DRAIN_SECONDS: z.coerce
    .number()
    .min(0)
    .max(300)
    .default(0)
    .describe('After SIGTERM, `/api/v1/health` says `draining` for so long before connections are refused.'),
}
