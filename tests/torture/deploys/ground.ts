import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { fleet } from '@atlas/blueprints'
import { type Client, createClient, readServerFile } from '@atlas/client'
import { type RunningPostgres, startPostgres } from '@atlas/postgres'
import { newKey } from '@atlas/sandbox'
import { type Crew, crew } from '../crew.ts'
import type { World } from '../world.ts'
import { ended } from './operation.ts'
import { type Project, project } from './project.ts'
import type { DeployWorkerGiven } from './worker.ts'

/**
 * PostgreSQL, a server that only answers, the machines of a small fleet in a sandbox, and a crew of workers to be killed.
 * Deploys follow one another in it.
 */
export interface Ground {
  client: Client
  crew: Crew
  world: Pick<World, 'database'>
  project: Project
  /** Of the load balancer, without a slash at the end. */
  door: string
  webs: string[]
  /** What a shell command prints on a machine. */
  on(machine: string, command: string): Promise<string>
  close(): Promise<void>
}

export async function ground(): Promise<Ground> {
  const base = mkdtempSync(join(tmpdir(), 'atlas-torture-deploys-'))
  // The account that runs PostgreSQL has to reach its folder.
  chmodSync(base, 0o711)
  const [postgres, dataDir] = [join(base, 'postgres'), join(base, 'data')]
  let database: RunningPostgres = await startPostgres({ dataDir: postgres })
  const { url, port } = database
  const server = await startServer(dataDir, url)
  const { client, sandbox, token } = server
  const key = newKey('torture')
  mkdirSync(join(dataDir, 'ssh'), { mode: 0o700, recursive: true })
  writeFileSync(join(dataDir, 'ssh', 'id_ed25519'), key.private, { mode: 0o600 })
  const given: DeployWorkerGiven = { database: url, cloud: sandbox, dataDir, key: token }
  const workers = crew('deploys/worker.ts', given)
  await workers.ready()

  const csv = 'Project,Servers,MasterSpec,WebSpec\nshop,2,s-1vcpu-1gb,s-1vcpu-1gb\n'
  const { id } = await client.apply(fleet.build({ csv, adminIps: ['127.0.0.1'], publicKey: key.public }), {})
  const made = await ended(client, id)
  if (made.status !== 'succeeded') throw new Error(`no machines: ${JSON.stringify(made.error)}`)
  const machines = (await client.infrastructure('fleet')).resources.filter(({ type }) => type === 'machine')
  const master = machines.find(({ name }) => name === 'master')!
  const doorPort = process.getuid?.() === 0 ? 80 : 10_080
  return {
    client,
    crew: workers,
    project: project(join(base, 'git')),
    door: `http://${master.attributes.public_ip}:${doorPort}`,
    webs: machines.map(({ name }) => name).filter((name) => name !== 'master'),
    on: (machine, command) => sshTo(server, machine, command),
    world: {
      database: {
        url,
        // Its supervisor starts it again.
        kill: () => void process.kill(database.pid, 'SIGKILL'),
        async away(ms) {
          await database.stop()
          await sleep(ms)
          database = await startPostgres({ dataDir: postgres, port })
        },
      },
    },
    async close() {
      await workers.end()
      await server.end()
      await database.stop()
      rmSync(base, { recursive: true, force: true })
    },
  }
}

async function startServer(dataDir: string, databaseUrl: string) {
  const main = fileURLToPath(new URL('./main.ts', import.meta.resolve('@atlas/server')))
  const words = ['--data-dir', dataDir, '--dev', '--workers', '0', '--parent-pipe']
  const child = spawn(process.execPath, [main, ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, DATABASE_URL: databaseUrl, ATLAS_SANDBOX_RATE_LIMIT: 'off' },
  })
  const exit = once(child, 'exit')
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const file = readServerFile(dataDir)
  if (!file?.sandbox) throw new Error(line)
  return {
    ...file,
    sandbox: file.sandbox,
    client: createClient(file),
    async end() {
      child.stdin.end()
      await exit
    },
  }
}

async function sshTo(server: { url: string; token: string }, machine: string, command: string): Promise<string> {
  const atlas = fileURLToPath(import.meta.resolve('@atlas/cli/atlas'))
  const child = spawn(atlas, ['ssh', machine, '--', command], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, ATLAS_URL: server.url, ATLAS_TOKEN: server.token },
  })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} on ${machine} ended with ${code}`)
  return out
}
