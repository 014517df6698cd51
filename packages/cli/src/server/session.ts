import {
  type Client,
  type Connection,
  createClient,
  goesInClear,
  readServerFile,
  type ServerFile,
  signIn,
} from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'
import type { Context } from '../context.ts'

/** A server to talk to, for as long as a command runs. */
export interface Session {
  client: Client
  /** Whether the server is ours and ends with us. */
  embedded: boolean
  /** The local cloud beside the server, where it has one on this computer. */
  sandbox: ServerFile['sandbox'] | undefined
  close(): Promise<void>
}

type Surroundings = Pick<Context, 'env' | 'dataDir' | 'workspace' | 'remark'>

/** In this order: the server that ATLAS_URL names, the one that runs on this data folder, one of our own. */
export async function openSession({ env, dataDir, workspace, remark }: Surroundings): Promise<Session> {
  const join = (file: ServerFile) => joined(file, workspace)
  const named = fromEnvironment(env)
  if (named)
    return {
      client: createClient(within(named, workspace)),
      embedded: false,
      sandbox: undefined,
      close: async () => {},
    }
  const running = joinRunning(dataDir, env)
  if (running) return { ...join(running.file), close: async () => running.leave() }
  const { startServer } = await import('./server.ts')
  const dev = !hasCredential(env)
  const server = await startServer({ dataDir, env, dev })
  if (server.joined) return { ...join(server.file), close: server.leave }
  remark(
    dev
      ? 'A server runs for this command. Machines of the sandbox stop with it and start again with the next one; `atlas dev` keeps them up.'
      : 'A server runs for this command; `atlas serve` keeps one running.',
  )
  return { ...join(server.file), embedded: true, close: server.leave }
}

/** A server that runs already, for who would not start one. @throws AtlasError where what names it is wrong */
export const runningServer = ({ env, dataDir }: Pick<Surroundings, 'env' | 'dataDir'>): Connection | undefined =>
  fromEnvironment(env) ?? readServerFile(dataDir)

/** The server that runs on the folder, which stays for as long as we use it. */
function joinRunning(dataDir: string, env: NodeJS.ProcessEnv): { file: ServerFile; leave(): void } | undefined {
  const running = readServerFile(dataDir)
  if (!running) return undefined
  refuseSandboxForReal(running, env)
  const leave = signIn(dataDir)
  const file = readServerFile(dataDir)
  if (file) return { file, leave }
  leave()
  return undefined
}

const within = ({ url, token }: Connection, workspace: string | undefined): Connection => ({
  url,
  token,
  ...(workspace !== undefined && { workspace }),
})

const joined = (file: ServerFile, workspace: string | undefined): Session => ({
  client: createClient(within(file, workspace)),
  embedded: false,
  sandbox: file.sandbox,
  close: async () => {},
})

/** Whoever gives a credential means the real cloud, and would take the sandbox's machines for real ones. */
function refuseSandboxForReal({ cloud, pid }: ServerFile, env: NodeJS.ProcessEnv): void {
  if (cloud.endpoint !== 'sandbox' || !hasCredential(env)) return
  throw new AtlasError(
    'data_folder_busy',
    `The server of this folder (process ${pid}) uses the sandbox, and a credential is set.`,
    {
      hint: `stop it (kill ${pid}) to use the credential, unset DO_TOKEN to use the sandbox, or choose another --data-dir`,
    },
  )
}

function fromEnvironment({ ATLAS_URL: url, ATLAS_TOKEN: token }: NodeJS.ProcessEnv) {
  if (!url) return undefined
  if (!URL.canParse(url))
    throw new AtlasError('usage', `ATLAS_URL is no address: ${url}`, { hint: 'ATLAS_URL=http://127.0.0.1:3003' })
  if (token && goesInClear(new URL(url)))
    throw new AtlasError('usage', `The token would go to ${url} over the network in clear`, {
      hint: `ATLAS_URL=${url.replace(/^http:/, 'https:')}`,
    })
  if (token) return { url, token }
  throw new AtlasError('unauthorized', `ATLAS_URL is set but ATLAS_TOKEN is not`, {
    hint: 'ATLAS_TOKEN=<token> atlas …; the token is in server.json of the server’s data folder',
  })
}

/** With a credential the cloud is DigitalOcean; without one it is the sandbox. */
export const hasCredential = (env: NodeJS.ProcessEnv): boolean => Boolean(env.DO_TOKEN || env.DIGITALOCEAN_API_TOKEN)

/** The environment with no way to a real cloud in it. */
export function withoutCredential({
  DO_TOKEN,
  DIGITALOCEAN_API_TOKEN,
  ...others
}: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return others
}
