import { z } from 'zod'

const url = z.url({ protocol: /^https?$/, error: 'a URL such as http://127.0.0.1:4318' }).optional()

/**
 * The standard variables of OpenTelemetry that Atlas heeds:
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ and, of the exporter,
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/ (it reads those for timeout, compression and certificates too).
 */
export const traceVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: url.describe(
    'Where traces are sent to (OTLP over HTTP), such as `http://127.0.0.1:4318`. Without one nothing is traced.',
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url.describe('The same as a whole URL, with its path.'),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .optional()
    .describe('Headers that are sent along, such as `api-key=…`, with commas between them.'),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(['http/protobuf'], 'http/protobuf: Atlas speaks no other')
    .default('http/protobuf')
    .describe('How they are sent; there is no other way.'),
  OTEL_SERVICE_NAME: z.string().default('atlas').describe('What this server is called in traces.'),
  OTEL_RESOURCE_ATTRIBUTES: z
    .string()
    .optional()
    .describe('More that every span says, such as `deployment.environment.name=prod`.'),
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .default('parentbased_always_on')
    .describe('Which traces are kept.'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('The share that is kept, from 0 to 1, where the sampler goes by one.'),
  OTEL_SDK_DISABLED: z.stringbool().default(false).describe('`true`: nothing is traced, whatever else is set.'),
}

type Given = z.output<z.ZodObject<typeof traceVariables>>

export interface TraceSettings {
  service: string
  sampler: Given['OTEL_TRACES_SAMPLER']
  /** Of traces, from 0 to 1. */
  share: number
  /** What the headers hold: it goes into no log. */
  secrets: string[]
}

/** `undefined`: traces are sent nowhere. */
export function traceSettings(given: Given): TraceSettings | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole } = given
  if (given.OTEL_SDK_DISABLED || (endpoint ?? whole) === undefined) return undefined
  return {
    service: given.OTEL_SERVICE_NAME,
    sampler: given.OTEL_TRACES_SAMPLER,
    share: given.OTEL_TRACES_SAMPLER_ARG,
    secrets: secretsIn(given.OTEL_EXPORTER_OTLP_HEADERS ?? ''),
  }
}

/** Shorter ones are no secrets, such as the number of a tenant, and would be cut out of every line that has the number. */
const shortest = 8

/** As they are written, and as they are sent: percent signs may stand for other characters. */
function secretsIn(headers: string): string[] {
  const values = headers.split(',').map((pair) => pair.slice(pair.indexOf('=') + 1).trim())
  return [...new Set(values.flatMap((value) => [value, decoded(value)]))].filter(({ length }) => length >= shortest)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
