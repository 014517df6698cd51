import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AtlasError, type ErrorCode, type Problem } from '@atlas/core/errors'

/**
 * What a running server leaves in its data folder as `server.json` (mode 0600, written when it answers, removed when it
 * ends).
 */
export interface ServerFile {
  url: string
  token: string
  pid: number
  version: string
  /** `sandbox`, `none`, or the address of the API it asks. */
  cloud: { endpoint: string }
  /** The local cloud that runs beside it, where one does. */
  sandbox?: { url: string; token: string }
}

export const serverFilePath = (dataDir: string) => join(dataDir, 'server.json')

/**
 * The server of a data folder, if its process lives. A file whose process is gone (kill -9) counts as absent.
 *
 * @throws AtlasError `server_unreachable` when the file is there but cannot be read
 */
export function readServerFile(dataDir: string): ServerFile | undefined {
  const path = serverFilePath(dataDir)
  try {
    const file = JSON.parse(readFileSync(path, 'utf8')) as ServerFile
    return lives(file.pid) ? file : undefined
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code
    if (reason === 'ENOENT' || reason === 'ENOTDIR') return undefined
    throw new AtlasError('server_unreachable', `${path} cannot be read: ${(cause as Error).message}`, {
      cause,
      hint: 'run atlas as the user that started the server, or set ATLAS_URL and ATLAS_TOKEN',
    })
  }
}

/**
 * Tells the server of a data folder that this process uses it: one that was started for a single command stays up until
 * its guests have left. Sign in before reading server.json, so that a server about to end is either seen ending or sees
 * its guest. Gives the function that signs out; a killed guest is not waited for.
 */
export function signIn(dataDir: string): () => void {
  const guests = join(dataDir, 'guests')
  const file = join(guests, String(process.pid))
  mkdirSync(guests, { recursive: true, mode: 0o700 })
  writeFileSync(file, '', { mode: 0o600 })
  return () => rmSync(file, { force: true })
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** It has ended, and nobody has asked how: first processes of containers may never do. Linux; elsewhere it is not told. */
function isZombie(pid: number): boolean {
  try {
    // The name in parentheses may hold anything.
    return /\) Z [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** The line with which a server says on stdout that it answers, or why it will not. */
export type ReadyLine =
  /** `joined`: another process already served the folder, and this one only keeps it from ending. */
  | { ready: true; url: string; pid: number; joined?: boolean }
  | { ready: false; error: { code: ErrorCode; message: string; hint?: string; problems?: Problem[] } }

/** The line that follows when the program that started the server has left and guests have not: it stays for them. */
export interface StayingLine {
  staying: true
}
