import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { AtlasError } from '@atlas/core/errors'

/**
 * Makes a data folder and what is missing above it, one by one: where a file system takes no folders (/proc), Node's own
 * recursive mkdir tries for ever. 0711: the account that runs PostgreSQL passes through; what is secret in it is 0600.
 * @param dataDir absolute
 * @returns whether it was not there before
 * @throws AtlasError `config_invalid` where no folder can be made; what the system says of missing rights and the like
 */
export function makeDataFolder(dataDir: string): boolean {
  const missing: string[] = []
  for (let path = dataDir; !existsSync(path); path = dirname(path)) missing.unshift(path)
  for (const path of missing) makeOne(path)
  return missing.length > 0
}

function makeOne(path: string): void {
  try {
    mkdirSync(path, { mode: 0o711 })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    // Somebody else made it meanwhile.
    if (code === 'EEXIST' && statSync(path).isDirectory()) return
    if (code !== 'ENOENT') throw cause
    throw new AtlasError(
      'config_invalid',
      `The data folder cannot be made: ${path} is on a file system that takes no folders, expected one that does.`,
      { cause, hint: 'choose a folder on a disk: --data-dir DIR' },
    )
  }
}
