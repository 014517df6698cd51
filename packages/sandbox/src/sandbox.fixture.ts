import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { readSandboxFile, sandboxAdmin } from './admin/client.ts'

export interface Answer<T> {
  status: number
  headers: Headers
  body: T
}

/** A sandbox in a process of its own, as a user runs it, and its data folder. */
export class SandboxProcess {
  readonly dataDir: string
  #child: ChildProcess
  url = ''
  token = ''

  private constructor(dataDir: string, child: ChildProcess) {
    this.dataDir = dataDir
    this.#child = child
  }

  static async start(...flags: string[]): Promise<SandboxProcess> {
    const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-test-'))
    const sandbox = new SandboxProcess(dataDir, run(dataDir, flags))
    await sandbox.#ready()
    return sandbox
  }

  /** On the same folder, after `kill` or `stop`. */
  async startAgain(...flags: string[]): Promise<void> {
    const before = this.#child
    this.#child = run(this.dataDir, flags)
    await this.#ready().catch((error: unknown) => {
      this.#child = before
      throw error
    })
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill(signal)
    await once(this.#child, 'exit')
  }

  /** Ends it and forgets its folder. */
  async remove(): Promise<void> {
    await this.kill('SIGTERM')
    await rm(this.dataDir, { recursive: true, force: true })
  }

  get admin() {
    return sandboxAdmin({ admin: `${this.url}/_sandbox`, token: this.token })
  }

  /** @throws TypeError where the connection breaks */
  async call<T = Record<string, never>>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : undefined) as T }
  }

  async get<T>(path: string): Promise<T> {
    const { status, body } = await this.call<T>('GET', path)
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`)
    return body
  }

  async #ready(): Promise<void> {
    const line = once(createInterface(this.#child.stdout!), 'line')
    const [first] = await Promise.race([line, once(this.#child, 'exit')])
    if (typeof first !== 'string') throw new Error(`the sandbox ended with ${first}`)
    const { url, token } = await readSandboxFile(this.dataDir)
    this.url = url
    this.token = token
  }
}

function run(dataDir: string, flags: readonly string[]): ChildProcess {
  const main = join(import.meta.dirname, 'main.ts')
  const standard = [
    '--data-dir',
    dataDir,
    '--backend',
    'none',
    '--settle-ms',
    '50',
    '--rate-limit',
    'off',
    '--parent-pipe',
  ]
  return spawn(process.execPath, [main, ...standard, ...flags], { stdio: ['pipe', 'pipe', 'inherit'] })
}

export const droplet = (more: object = {}) => ({
  name: 'web1',
  region: 'nyc3',
  size: 's-1vcpu-1gb',
  image: 'ubuntu-24-04-x64',
  ...more,
})

/** Asks the cloud again until it says so: its states are seen by asking. */
export async function until<T>(ask: () => Promise<T>, wished: (answer: T) => boolean): Promise<T> {
  for (const end = Date.now() + 30_000; ; ) {
    const answer = await ask()
    if (wished(answer)) return answer
    if (Date.now() > end) throw new Error(`did not come about: ${JSON.stringify(answer)}`)
    await sleep(20)
  }
}
