import { createHash } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type ServerFile, serverFilePath } from '@atlas/client'
import type { Environment } from '../settings/environment.ts'

/** Which cloud a server serves: what a second start must agree with. */
export interface CloudChoice {
  /** `sandbox`, `none`, or the address of the API. */
  endpoint: string
  /** Tells two credentials apart without holding them. */
  credential: string | null
}

/** What the server leaves in its data folder for its clients. Mode 0600: it holds the tokens. */
export interface RunningServer extends ServerFile {
  data_dir: string
  /** ISO 8601 */
  started: string
  cloud: CloudChoice
  sandbox?: { url: string; token: string; pid: number }
}

export const cloudOf = ({ credential }: Environment, dev: boolean): CloudChoice =>
  credential
    ? {
        endpoint: credential.url,
        credential: createHash('sha256').update(`atlas\0${credential.token}`).digest('hex').slice(0, 16),
      }
    : { endpoint: dev ? 'sandbox' : 'none', credential: null }

export function writeServerFile(dataDir: string, server: RunningServer): void {
  const file = serverFilePath(dataDir)
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(server, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, file)
}

export const removeServerFile = (dataDir: string): void => rmSync(serverFilePath(dataDir), { force: true })

/** What is in the file, whether or not that server still lives; `undefined` where there is none that can be read. */
export function lastServer(dataDir: string): RunningServer | undefined {
  try {
    return JSON.parse(readFileSync(serverFilePath(dataDir), 'utf8')) as RunningServer
  } catch {
    return undefined
  }
}

/** The one line on standard output. Holds no token. */
export function readyLine(server: RunningServer, joined: boolean): string {
  const { url, data_dir, pid, version, cloud, sandbox } = server
  const about = sandbox ? { sandbox: { url: sandbox.url, pid: sandbox.pid } } : {}
  return `${JSON.stringify({ ready: true, url, data_dir, pid, version, cloud: cloud.endpoint, ...about, ...(joined && { joined }) })}\n`
}
