import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { AtlasError } from '@atlas/core'
import type { Logger } from './logging.ts'
import type { Environment } from './settings/environment.ts'

/** The local cloud beside the server. */
export interface DevSandbox {
  url: string
  token: string
  readonly pid: number
  stop(): Promise<void>
}

export interface SandboxWish {
  dataDir: string
  environment: Pick<Environment, 'ATLAS_SANDBOX_BACKEND' | 'ATLAS_SANDBOX_RATE_LIMIT'>
  log: Logger
}

/** How often a sandbox that died is started again before the server gives up on it. */
const restarts = 5

/**
 * Starts the sandbox as a child that ends with us, and starts it again at the same port when it dies alone: its records
 * and disks are on the disk.
 * @throws AtlasError `cloud_unavailable` with what it said
 */
export async function startDevSandbox(wish: SandboxWish): Promise<DevSandbox> {
  let stopping = false
  let child = await startOnce(wish, 0)
  const port = Number(new URL(child.url).port)
  const keep = async () => {
    for (let left = restarts; left > 0; left--) {
      const how = await child.ended
      if (stopping) return
      wish.log.error({ how }, 'the sandbox ended; starting it again')
      child = await startOnce(wish, port)
      if (stopping) await end(child)
    }
  }
  const kept = keep().catch((err: unknown) => wish.log.error({ err }, 'the sandbox could not be started again'))
  const { token } = JSON.parse(readFileSync(join(wish.dataDir, 'sandbox.json'), 'utf8')) as { token: string }
  return {
    url: child.url,
    token,
    get pid() {
      return child.process.pid!
    },
    async stop() {
      stopping = true
      await end(child)
      await kept
    },
  }
}

interface Running {
  process: ChildProcess
  url: string
  /** How it ended, in words. */
  ended: Promise<string>
}

async function startOnce({ dataDir, environment, log }: SandboxWish, port: number): Promise<Running> {
  const child = spawn(process.execPath, sandboxArguments(dataDir, port, environment), {
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C in the terminal is for the server, which ends the sandbox when it is done with it.
    detached: true,
    env: childEnvironment(),
  })
  const ended = once(child, 'close').then(([code, signal]) => String(signal ?? `exit ${code}`))
  let said = ''
  child.stderr.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-4096)
    log.warn({ from: 'sandbox' }, String(chunk).trimEnd())
  })
  const ready = once(createInterface(child.stdout), 'line').then(([line]) => JSON.parse(line) as { url: string })
  const first = await Promise.race([ready, ended])
  if (typeof first === 'string') {
    throw new AtlasError('cloud_unavailable', `The sandbox did not start (${first}). ${said.trim()}`, {
      hint: `look in ${dataDir}, or try another backend: ATLAS_SANDBOX_BACKEND=process`,
    })
  }
  return { process: child, url: first.url, ended }
}

function sandboxArguments(dataDir: string, port: number, environment: SandboxWish['environment']): string[] {
  const limit = environment.ATLAS_SANDBOX_RATE_LIMIT
  return [
    fileURLToPath(import.meta.resolve('@atlas/sandbox/main')),
    ...['--data-dir', dataDir, '--port', String(port), '--parent-pipe'],
    ...['--backend', environment.ATLAS_SANDBOX_BACKEND],
    ...(limit === undefined ? [] : ['--rate-limit', limit]),
  ]
}

/** What a program needs of its surroundings; no token of ours is among it. */
function childEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'TMPDIR', 'XDG_RUNTIME_DIR', 'NODE_COMPILE_CACHE']
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
}

/** The end of its input asks it to end its machines and itself; force follows where that takes longer than 20 s. */
async function end({ process: child, ended }: Running): Promise<void> {
  child.stdin?.end()
  const harder = [setTimeout(() => child.kill('SIGTERM'), 10_000), setTimeout(() => child.kill('SIGKILL'), 20_000)]
  await ended
  for (const timer of harder) clearTimeout(timer)
}
