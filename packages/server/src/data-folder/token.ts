import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The API's token: random, made once for each data folder, so that clients keep theirs over a restart. */
export function apiToken(dataDir: string): string {
  const file = join(dataDir, 'token')
  try {
    const token = readFileSync(file, 'utf8').trim()
    if (token.length >= 24) return token
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const token = randomBytes(32).toString('base64url')
  writeFileSync(file, `${token}\n`, { mode: 0o600 })
  return token
}
