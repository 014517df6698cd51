import { closeSync, openSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { AtlasError } from '@atlas/core'
import { z } from 'zod'
import { refuseExposed } from '../exposed.ts'
import { pick, type SecretSource } from './source.ts'

const texts = z.record(z.string(), z.string())

/**
 * A file of this server: lines `NAME=value` as in .env, or a JSON object of texts. It is read every time, so a change counts
 * at once. It must be there, for its owner alone, who is whoever runs the server.
 * @param serves workspaces; `*` is all of them
 */
export const fileSecrets = (file: string, serves: readonly string[]): SecretSource => ({
  name: 'file',
  async read({ workspace }, names) {
    if (!serves.includes('*') && !serves.includes(workspace)) return new Map()
    const text = readOwn(file)
    return pick(text.trimStart().startsWith('{') ? fromJson(file, text) : parseEnv(text), names)
  },
})

function readOwn(file: string): string {
  const open = opened(file)
  try {
    refuseExposed(file, open, '; then give those in it other values, if others may have read it')
    return readFileSync(open, 'utf8')
  } finally {
    closeSync(open)
  }
}

function opened(file: string): number {
  try {
    return openSync(file, 'r')
  } catch (error) {
    throw new AtlasError('config_invalid', `${file} cannot be read: ${(error as NodeJS.ErrnoException).code}.`, {
      hint: 'ATLAS_SECRETS_FILE is to name a file that whoever runs the server can read',
    })
  }
}

/** The parser's own words would repeat the text. @throws AtlasError `config_invalid` */
function fromJson(file: string, text: string): Record<string, string> {
  try {
    return texts.parse(JSON.parse(text))
  } catch {
    throw new AtlasError('config_invalid', `${file} begins like JSON, and is no object of texts.`, {
      hint: '{"HOSTOMATIC_PROD_DB_PASSWORD": "…"}, or lines NAME=value',
    })
  }
}
