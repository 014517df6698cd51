import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { fleet } from '@atlas/blueprints'
import { type Client, createClient, readServerFile, type ServerFile } from '@atlas/client'
import { newKey } from '@atlas/sandbox'
import { ended } from './operation.ts'
import { type Balancer, cloudBalancers, type Platform, type Project, project } from './project.ts'

/** A server with a sandbox of real machines, and a repository to deploy from. */
export interface Stage {
  client: Client
  server: ServerFile & { sandbox: NonNullable<ServerFile['sandbox']> }
  dataDir: string
  project: Project
  /** Makes them, so that there is somewhere to deploy to. @param count of the project's own, beside the load balancer's */
  machines(count: number): Promise<Machines>
  /** A command as somebody types it in a folder with this `deployment_config.json`. @param input on its standard input */
  atlas(words: readonly string[], config?: object, input?: string): Promise<Said>
  close(): Promise<void>
}

export interface Machines {
  /** Of the load balancer, without a slash at the end. */
  door: string
  webs: string[]
  /** What describes the same fleet with another number of the project's own machines. */
  sized(count: number): ReturnType<typeof fleet.build>
  /** What a shell command prints on a machine. */
  on(machine: string, command: string): Promise<string>
}

export interface Said {
  exit: number | null
  stdout: string
  stderr: string
}

interface Wish {
  /** Of the server itself; 0 where others carry out what it is asked for. */
  workers: number
  env?: Record<string, string>
  platform?: Platform | undefined
  balancer?: Balancer
}

export async function stage({ workers, env = {}, platform, balancer = 'proxy' }: Wish): Promise<Stage> {
  const base = mkdtempSync(join(tmpdir(), 'atlas-deploys-'))
  // The account that runs PostgreSQL has to reach its folder.
  chmodSync(base, 0o711)
  const dataDir = join(base, 'data')
  const server = await startServer(dataDir, workers, env)
  const client = createClient(server.file)
  return {
    client,
    server: server.file,
    dataDir,
    project: project(join(base, 'git'), platform, balancer),
    machines: (count) => machines({ client, server: server.file, dataDir, balancer }, count),
    async atlas(words, config = {}, input = '') {
      const cwd = mkdtempSync(join(base, 'somebody-'))
      mkdirSync(join(cwd, 'config'))
      writeFileSync(join(cwd, 'config', 'deployment_config.json'), JSON.stringify(config))
      return atlas(server.file, words, { cwd, input })
    },
    async close() {
      await server.end()
      rmSync(base, { recursive: true, force: true })
    },
  }
}

async function machines(
  { client, server, dataDir, balancer }: Pick<Stage, 'client' | 'server' | 'dataDir'> & { balancer: Balancer },
  count: number,
): Promise<Machines> {
  const key = newKey('atlas')
  mkdirSync(join(dataDir, 'ssh'), { mode: 0o700, recursive: true })
  writeFileSync(join(dataDir, 'ssh', 'id_ed25519'), key.private, { mode: 0o600 })
  const csv = (servers: number) => `Project,Servers,MasterSpec,WebSpec\nshop,${servers},s-1vcpu-1gb,s-1vcpu-1gb\n`
  const load_balancers = balancer === 'cloud' ? Object.values(cloudBalancers) : []
  const given = { adminIps: ['127.0.0.1'], publicKey: key.public, load_balancers }
  const sized = (servers: number) => fleet.build({ csv: csv(servers), ...given })
  const { id } = await client.apply(sized(count), {})
  const made = await ended(client, id)
  if (made.status !== 'succeeded') throw new Error(`no machines: ${JSON.stringify(made.error)}`)
  const all = (await client.infrastructure('fleet')).resources.filter(({ type }) => type === 'machine')
  const master = all.find(({ name }) => name === 'master')!
  const port = process.getuid?.() === 0 ? 80 : 10_080
  return {
    door: `http://${master.attributes.public_ip}:${port}`,
    webs: all.map(({ name }) => name).filter((name) => name !== 'master'),
    sized,
    on: (machine, command) => sshTo(server, join(dataDir, '..'), machine, command),
  }
}

async function startServer(dataDir: string, workers: number, env: Record<string, string>) {
  const main = fileURLToPath(new URL('./main.ts', import.meta.resolve('@atlas/server')))
  const words = ['--data-dir', dataDir, '--dev', '--workers', String(workers), '--parent-pipe']
  const { PATH, NODE_COMPILE_CACHE } = process.env
  const child = spawn(process.execPath, [main, ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH, NODE_COMPILE_CACHE, ATLAS_SANDBOX_RATE_LIMIT: 'off', ...env },
  })
  const exit = once(child, 'exit')
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const file = readServerFile(dataDir)
  if (!file?.sandbox) throw new Error(line)
  return {
    file: { ...file, sandbox: file.sandbox },
    async end() {
      child.stdin.end()
      await exit
    },
  }
}

/** @param cwd where the host keys of machines are kept: of this stage alone */
async function sshTo(
  server: { url: string; token: string },
  cwd: string,
  machine: string,
  command: string,
): Promise<string> {
  const { exit, stdout, stderr } = await atlas(server, ['ssh', machine, '--', command], { cwd, input: '' })
  if (exit !== 0) throw new Error(`${command} on ${machine} ended with ${exit}: ${stderr}`)
  return stdout
}

async function atlas(
  server: { url: string; token: string },
  words: readonly string[],
  { cwd, input }: { cwd: string; input: string },
): Promise<Said> {
  const program = fileURLToPath(import.meta.resolve('@atlas/cli/atlas'))
  const env = { PATH: process.env.PATH, ATLAS_URL: server.url, ATLAS_TOKEN: server.token }
  const child = spawn(program, words, { cwd, env })
  child.stdin.end(input)
  const [stdout, stderr, [exit]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { exit, stdout, stderr }
}
