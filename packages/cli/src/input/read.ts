import { readFileSync } from 'node:fs'
import type { JsonObject } from '@atlas/core'
import { AtlasError } from '@atlas/core/errors'

export type Description = JsonObject & { name: string }

/**
 * @param absent what counts as its content where it is not there
 * @throws AtlasError `config_invalid` saying what is wrong with the file itself
 */
export function readText(
  path: string,
  shown: string,
  { absent, hint = 'atlas init  (writes the first configuration)' }: { absent?: string; hint?: string } = {},
): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    if (missing && absent !== undefined) return absent
    const message = missing ? `There is no ${shown}` : `${shown} cannot be read: ${(cause as Error).message}`
    throw new AtlasError('config_invalid', message, { cause, hint })
  }
}

/** V8 often does not say where; the YAML parser, which reads JSON too, does. */
export async function readJson(text: string, shown: string): Promise<unknown> {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const { parseDocument } = await import('yaml')
    const found = parseDocument(text, { schema: 'json' }).errors[0]
    throw refused(shown, found ?? (cause as Error), text)
  }
}

export async function readYaml(text: string, shown: string): Promise<unknown> {
  const { parseDocument } = await import('yaml')
  const document = parseDocument(text)
  const [error] = document.errors
  if (error) throw refused(shown, error, text)
  return document.toJS()
}

function refused(shown: string, error: Error & { linePos?: readonly { line: number; col: number }[] }, text: string) {
  const lines = text.trimEnd().split('\n')
  const { line, col } = error.linePos?.[0] ?? { line: lines.length, col: lines.at(-1)!.length + 1 }
  const [what = ''] = error.message.split(/ at line \d+|\n/)
  return new AtlasError('config_invalid', `${shown}:${line}:${col}: ${what}`, { hint: `correct ${shown}` })
}

/** Only what the command line itself needs; whether the rest is right is for the server to say, with all problems. */
export function asDescription(value: unknown, shown: string): Description {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Description
  throw new AtlasError(
    'spec_invalid',
    `${shown} holds no description: expected an object with name, provider, region, resources`,
    {
      hint: 'examples/ has descriptions to start from',
    },
  )
}
