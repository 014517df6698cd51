import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeDataFolder } from '@atlas/client'

/** It holds keys and tokens, so it keeps itself out of git. */
export function prepareDataFolder(dataDir: string): void {
  if (makeDataFolder(dataDir)) writeFileSync(join(dataDir, '.gitignore'), '*\n')
}
