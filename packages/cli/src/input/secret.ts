import { AtlasError } from '@atlas/core/errors'
import type { Context } from '../context.ts'

type Place = Pick<Context, 'env' | 'terminal' | 'json' | 'standardInput'>

/**
 * A credential from a variable, from standard input, or typed unseen. Plain text is a token; JSON says each field.
 * @throws AtlasError `usage` where there is none; no message repeats it
 */
export async function credentialFields(
  place: Place,
  provider: string,
  variable: string | undefined,
): Promise<Record<string, string>> {
  const given = (await text(place, `Credential for ${provider}`, variable)).trim()
  if (given === '')
    throw new AtlasError('usage', 'There is no credential: what was given is empty.', {
      hint: `atlas credentials set ${provider} --from-env NAME, or send it on standard input`,
    })
  return given.startsWith('{') ? fieldsIn(given) : { token: given }
}

/**
 * A secret of services, as it is: only a line end at its end, which editors and `echo` add, is left out.
 * @throws AtlasError `usage` where there is none
 */
export async function secretValue(
  place: Place,
  question: string,
  variable: string | undefined,
  command: string,
): Promise<string> {
  const value = (await text(place, question, variable)).replace(/\r?\n$/, '')
  if (value !== '') return value
  throw new AtlasError('usage', 'There is no secret: what was given is empty.', {
    hint: `${command} --from-env NAME, or send it on standard input`,
  })
}

const text = async (place: Place, question: string, variable: string | undefined): Promise<string> =>
  variable === undefined ? typed(place, question) : fromVariable(place, variable)

function fromVariable({ env }: Place, name: string): string {
  const value = env[name]
  if (value !== undefined) return value
  throw new AtlasError('usage', 'The variable that --from-env names is not set.', {
    hint: 'give the name of a variable, not what is in it',
  })
}

async function typed({ terminal, json, standardInput }: Place, message: string): Promise<string> {
  if (!terminal.asks || json) return standardInput()
  const { isCancel, password } = await import('@clack/prompts')
  const answer = await password({ message })
  return isCancel(answer) ? '' : answer
}

function fieldsIn(text: string): Record<string, string> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's own words would repeat the text.
  }
  const fields = Object.entries((value ?? {}) as Record<string, unknown>)
  if (fields.length > 0 && fields.every(([, one]) => typeof one === 'string')) return value as Record<string, string>
  throw new AtlasError('usage', 'The credential begins like JSON, and is no object of texts.', {
    hint: 'give the token alone, or {"token": "…"}',
  })
}
