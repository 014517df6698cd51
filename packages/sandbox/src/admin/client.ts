import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import type { fault } from '../faults/fault.ts'

export type FaultInput = z.input<typeof fault>

/** What a running sandbox writes into its data folder. The token is a secret. */
export interface SandboxFile {
  url: string
  token: string
  pid: number
  backend: string
  admin: string
}

export async function readSandboxFile(dataDir: string): Promise<SandboxFile> {
  return JSON.parse(await readFile(join(dataDir, 'sandbox.json'), 'utf8')) as SandboxFile
}

/** The admin endpoint of a running sandbox, for tests and the command line. @throws Error with the answer's message */
export function sandboxAdmin({ admin, token }: Pick<SandboxFile, 'admin' | 'token'>) {
  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    }
    const sent = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) }
    const answer = await fetch(`${admin}${path}`, sent)
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as T
  }
  return {
    info: () => call<Record<string, unknown>>('GET', '/info'),
    dump: () => call<{ records: Record<string, { id: string | number }[]> }>('GET', '/dump'),
    /** Calls per operation since the start or the last reset. */
    requests: async () => (await call<{ requests: Record<string, number> }>('GET', '/requests')).requests,
    resetRequests: () => call<void>('DELETE', '/requests'),
    advanceClock: (seconds: number) => call<{ now: string }>('POST', '/clock', { advance_seconds: seconds }),
    addFault: async (wanted: FaultInput) => (await call<{ fault: { id: number } }>('POST', '/faults', wanted)).fault,
    faults: async () => (await call<{ faults: { id: number; kind: string; hits: number }[] }>('GET', '/faults')).faults,
    clearFaults: () => call<void>('DELETE', '/faults'),
    removeFault: (id: number) => call<void>('DELETE', `/faults/${id}`),
  }
}
