import { isAtlasError, type Problem } from '@atlas/core'
import { z } from 'zod'
import { isLoopback } from '../listening.ts'
import { readEnvironment, secretVariables, variables } from './environment.ts'

/** One environment variable as `atlas config check` shows it. */
export interface Setting {
  name: string
  means: string
  /** Where the value comes from; `absent`: there is none, and none is needed. */
  source: 'environment' | 'default' | 'absent'
  /** `null` where there is none; of a secret only that it is there. */
  value: string | null
  secret: boolean
}

export interface Checked {
  settings: Setting[]
  problems: Problem[]
  /** Allowed, and worth a thought. */
  warnings: string[]
}

type Raw = Readonly<Record<string, string | undefined>>

/** What this environment comes to. Nothing is opened, started or asked. */
export function checkConfiguration(raw: Raw): Checked {
  const settings = described().map(({ name, means, preset, secret }): Setting => {
    const given = raw[name] || undefined
    if (given !== undefined) return { name, means, source: 'environment', value: shown(name, given), secret }
    return { name, means, source: preset === undefined ? 'absent' : 'default', value: preset ?? null, secret }
  })
  return { settings, problems: problemsOf(raw), warnings: [...misspelt(raw), ...exposed(raw)] }
}

/** Every variable with its text and what it is when nothing is set. */
export function described(): { name: string; means: string; preset: string | undefined; secret: boolean }[] {
  const { properties = {} } = z.toJSONSchema(variables, { io: 'input', unrepresentable: 'any' })
  return Object.entries(properties).map(([name, schema]) => {
    const { description = '', default: preset } = schema as { description?: string; default?: unknown }
    return {
      name,
      means: description,
      preset: preset === undefined || preset === '' ? undefined : String(preset),
      secret: secretVariables.has(name),
    }
  })
}

function problemsOf(raw: Raw): Problem[] {
  try {
    readEnvironment(raw)
    return []
  } catch (error) {
    if (isAtlasError(error, 'config_invalid')) return error.problems.map((one) => withFound(one, raw))
    throw error
  }
}

/** What was found, except where it may be a secret. */
function withFound(problem: Problem, raw: Raw): Problem {
  const name = problem.where ?? ''
  const found = raw[name]
  return found === undefined || problem.found !== undefined ? problem : { ...problem, found: shown(name, found) }
}

function shown(name: string, value: string): string {
  if (!secretVariables.has(name)) return value
  const url = URL.parse(value)
  if (name !== 'DATABASE_URL' || !url) return '[set, not shown]'
  if (url.password !== '') url.password = '…'
  return decodeURIComponent(url.href)
}

/** A variable that begins like ours and is none of ours is most likely a slip. */
const misspelt = (raw: Raw): string[] =>
  Object.keys(raw)
    .filter((name) => name.startsWith('ATLAS_') && !(name in variables.shape) && !clientsOwn.has(name))
    .map((name) => `${name} is set, and means nothing to the server`)

/** What the command line reads and the server does not. */
const clientsOwn = new Set([
  'ATLAS_URL',
  'ATLAS_DATA_DIR',
  'ATLAS_WORKSPACE',
  'ATLAS_BACKUP_PASSPHRASE',
  'ATLAS_IP_ECHO_URL',
])

const exposed = ({ HOST }: Raw): string[] =>
  !HOST || isLoopback(HOST)
    ? []
    : [`HOST=${HOST}: other computers reach the server by plain HTTP; put a proxy with TLS before it`]
