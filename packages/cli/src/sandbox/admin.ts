import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readServerFile } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'

/** Where the sandbox of a data folder keeps its own. */
export const sandboxFolder = (dataDir: string): string => join(dataDir, 'sandbox')

export interface SandboxConnection {
  url: string
  token: string
}

/** The sandbox beside the server of a data folder, or the one that `atlas sandbox` runs there. */
export function findSandbox(dataDir: string): SandboxConnection {
  const found = readServerFile(dataDir)?.sandbox ?? readOwnFile(dataDir)
  if (found) return found
  throw new AtlasError('not_found', `No sandbox runs on ${dataDir}`, { hint: 'atlas dev  (or: atlas sandbox)' })
}

function readOwnFile(dataDir: string): SandboxConnection | undefined {
  try {
    return JSON.parse(readFileSync(join(sandboxFolder(dataDir), 'sandbox.json'), 'utf8')) as SandboxConnection
  } catch {
    return undefined
  }
}

export interface SandboxInfo {
  backend: string
  isolation: string
  effects: Record<string, boolean>
  not_in_effect: string[]
  droplets: { id: number; name: string; status: string; ssh: { host: string; port: number; user: string } }[]
}

/** One injected fault; what else it has depends on its kind. */
export interface Fault {
  id: number
  kind: string
  hits: number
  [parameter: string]: unknown
}

/** Where it is, what its machines are made of, and how far they are kept apart: to be said at every start. */
export async function introduceSandbox(connection: SandboxConnection): Promise<string> {
  const { backend, isolation } = await sandboxAdmin(connection).info()
  return `Sandbox cloud at ${connection.url}. Machines: ${backend}. ${isolation}`
}

/** The sandbox's own endpoint, which the real cloud does not have. All throw AtlasError. */
export function sandboxAdmin(connection: SandboxConnection) {
  const call = <Answer>(method: string, path: string, body?: unknown) => ask<Answer>(connection, method, path, body)
  return {
    info: () => call<SandboxInfo>('GET', '/info'),
    /** Every record of the cloud, by kind. */
    dump: () => call<{ records: Record<string, Record<string, unknown>[]> }>('GET', '/dump'),
    faults: async () => (await call<{ faults: Fault[] }>('GET', '/faults')).faults,
    addFault: async (fault: Record<string, unknown>) => (await call<{ fault: Fault }>('POST', '/faults', fault)).fault,
    clearFaults: (id?: number) => call<void>('DELETE', id === undefined ? '/faults' : `/faults/${id}`),
  }
}

async function ask<Answer>({ url, token }: SandboxConnection, method: string, path: string, body?: unknown) {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
  const answer = await fetch(`${url}/_sandbox${path}`, init).catch((cause) => {
    throw new AtlasError('not_found', `No sandbox answers at ${url}`, { cause, hint: 'atlas dev  (or: atlas sandbox)' })
  })
  const text = await answer.text()
  if (answer.ok) return (text === '' ? undefined : JSON.parse(text)) as Answer
  const { message = text } = JSON.parse(text || '{}') as { message?: string }
  throw new AtlasError(answer.status === 404 ? 'not_found' : 'usage', message, { hint: 'atlas sandbox faults list' })
}
