import { fstatSync } from 'node:fs'
import { AtlasError } from '@atlas/core/errors'

/**
 * Whether others than this process's own user could read an open file, or put another one's words in it.
 * @param otherwise what to do, where they may have read it
 * @throws AtlasError `config_invalid`
 */
export function refuseExposed(file: string, open: number, otherwise = ''): void {
  const { mode, uid } = fstatSync(open)
  const rights = (mode & 0o777).toString(8).padStart(4, '0')
  if ((mode & 0o077) !== 0)
    throw new AtlasError('config_invalid', `${file} has mode ${rights}, expected 0600: others could read it.`, {
      hint: `chmod 600 ${file}${otherwise}`,
    })
  const self = process.getuid?.()
  if (self !== undefined && uid !== self)
    throw new AtlasError('config_invalid', `${file} belongs to user ${uid}, expected ${self}, who runs the server.`, {
      hint: `chown ${self} ${file}, or run the server as its owner`,
    })
}
