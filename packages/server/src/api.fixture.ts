import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Role } from '@atlas/core'
import { startPostgres } from '@atlas/postgres'
import { openStore } from '@atlas/store'
import { pino } from 'pino'
import { openApi } from './api.ts'
import { openClouds } from './clouds.ts'
import { openCredentials } from './credentials/open.ts'
import { openDeploying } from './deploys/open.ts'
import { openEdge } from './edge.ts'
import { openSecrets } from './secrets/open.ts'
import { readEnvironment } from './settings/environment.ts'

export const rootSecret = 'the-own-token-of-the-server'
/** All nodes of a database have the same. */
const vaultKey = Buffer.alloc(32, 'key').toString('base64')

/** A PostgreSQL for a test file. */
export async function postgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'atlas-api-'))
  const server = await startPostgres({ dataDir })
  return {
    url: server.url,
    async stop() {
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** A node of the API as the server composes it, on a cloud that is in its memory; without workers, so operations stay queued. */
export async function apiNode(databaseUrl: string, env: Record<string, string> = {}) {
  const environment = readEnvironment({ ATLAS_VAULT_KEY: vaultKey, ...env })
  const onTrouble = () => {}
  const store = await openStore(databaseUrl, { onTrouble })
  const edge = openEdge({ store, environment, onTrouble })
  const clouds = openClouds({ store, environment, sandbox: undefined, dev: true, watch: edge.watch })
  const log = pino({ level: 'silent' })
  const dataDir = tmpdir()
  const credentials = await openCredentials({ store, clouds, environment, dataDir, secrets: new Set(), log })
  const ending: (() => unknown)[] = [store.close, edge.close]
  const secrets = openSecrets({ store, credentials, environment, env, key: rootSecret })
  const parts = { store, credentials, dataDir, ssh: undefined, secrets, env }
  const { sources, machines, clusters } = openDeploying(parts)
  const deploying = { sources, secrets, machines, clusters }
  const basics = { store, edge, credentials, deploying, environment, token: rootSecret, dataDir, ssh: undefined }
  const { api: app, access } = openApi({ ...basics, mail: undefined, log, onTrouble }, (_part, stop) =>
    ending.push(stop),
  )

  /** Sends as who holds the secret; answers status and body. */
  async function send(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, more: Sent = {}) {
    const { as = rootSecret, body, headers = {} } = more
    const answer = await app.inject({
      method,
      url: `/api/v1${path}`,
      headers: { ...(as === null ? {} : { authorization: `Bearer ${as}` }), ...headers },
      ...(body === undefined ? {} : { payload: body }),
    })
    const json = answer.body === '' ? undefined : answer.json()
    return { status: answer.statusCode, json, headers: answer.headers }
  }

  /** A token of a workspace, which is made where it is not there. */
  async function tokenOf(workspace: string, role: Role, more: object = {}) {
    await send('POST', '/workspaces', { body: { name: workspace } })
    const headers = { 'atlas-workspace': workspace }
    const { json } = await send('POST', '/tokens', { headers, body: { name: `${workspace}-${role}`, role, ...more } })
    return json as { secret: string; token: { id: string; prefix: string } }
  }

  async function close() {
    await app.close()
    for (const stop of ending.toReversed()) await stop()
  }
  return { app, store, access, credentials, secrets, edge, send, tokenOf, close }
}

interface Sent {
  /** `null`: nobody. */
  as?: string | null
  body?: object
  headers?: Record<string, string>
}

export type ApiNode = Awaited<ReturnType<typeof apiNode>>
