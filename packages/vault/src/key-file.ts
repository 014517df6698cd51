import {
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { AtlasError } from '@atlas/core/errors'
import { refuseExposed } from './exposed.ts'
import { keyText, newKey, parseKeys, type VaultKey } from './key.ts'

export type Keys = readonly [VaultKey, ...VaultKey[]]

const remark = '# The keys of the vault, the primary first. Without them, what is sealed in the database is lost.'

/**
 * The keys in a file, which is made with a new one where it is missing: two that start at once agree on one of theirs.
 * @throws AtlasError `config_invalid` when others could read it, somebody else owns it, or it holds anything but keys
 */
export function readKeyFile(file: string): Keys {
  return readKeys(file) ?? makeKeyFile(file)
}

/** Writes the keys so that a crash leaves either the old file or the new one. */
export function writeKeyFile(file: string, keys: Keys): void {
  const draft = draftOf(file, keys)
  renameSync(draft, file)
  syncFolder(file)
}

function makeKeyFile(file: string): Keys {
  const draft = draftOf(file, [newKey()])
  try {
    // Unlike a rename, a link does not replace what somebody else made meanwhile.
    linkSync(draft, file)
    syncFolder(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
  return readKeys(file)!
}

function readKeys(file: string): Keys | undefined {
  const open = openIfThere(file)
  if (open === undefined) return undefined
  try {
    refuseExposed(file, open, '; if others may have read it: atlas credentials rotate-key')
    const text = readFileSync(open, 'utf8').replace(/^#.*$/gm, '')
    const [first, ...rest] = parseKeys(text) ?? []
    if (first) return [first, ...rest]
    throw new AtlasError(
      'config_invalid',
      `${file} holds something that is no key, expected base64 of 32 bytes a line.`,
      {
        hint: 'put the right file back from its backup; a new key opens nothing that is sealed already',
      },
    )
  } finally {
    closeSync(open)
  }
}

function openIfThere(file: string): number | undefined {
  try {
    return openSync(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function draftOf(file: string, keys: Keys): string {
  const draft = `${file}.${process.pid}`
  const open = openSync(draft, 'w', 0o600)
  try {
    fchmodSync(open, 0o600)
    writeSync(open, `${[remark, ...keys.map(keyText)].join('\n')}\n`)
    fsyncSync(open)
  } finally {
    closeSync(open)
  }
  return draft
}

/** A rename lasts when its folder was written. */
function syncFolder(file: string): void {
  const folder = openSync(dirname(file), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
