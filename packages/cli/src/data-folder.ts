import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** It holds keys and tokens, so it keeps itself out of git. 0711: the account that runs PostgreSQL passes through. */
export function prepareDataFolder(dataDir: string): void {
  const made = mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  if (made !== undefined) writeFileSync(join(dataDir, '.gitignore'), '*\n')
}
