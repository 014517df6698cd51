import { execFile, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { PassThrough, type Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { AtlasError } from '@atlas/core'

const timeoutMs = 120_000

/** Nobody is there to be asked for a password, and no protocol may run a program of its own. */
const surroundings = () => ({
  ...process.env,
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: 'true',
  GIT_SSH_COMMAND: process.env.GIT_SSH_COMMAND ?? 'ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new',
  GIT_ALLOW_PROTOCOL: 'https:ssh:file',
  LC_ALL: 'C',
})

interface About {
  cwd?: string
  /** What failed, for the message. */
  what: string
  hint?: string
  /** Beside that of this process. */
  env?: Record<string, string>
  /** An open file that git reads as its input. */
  input?: number
}

/** @throws AtlasError `source_unavailable` ending with what git said, passwords taken out */
export async function git(args: readonly string[], { cwd, what, hint, env, input }: About): Promise<string> {
  try {
    const options = { cwd, env: { ...surroundings(), ...env }, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 }
    if (input !== undefined) return await withInput(args, input, options)
    return (await promisify(execFile)('git', args, options)).stdout
  } catch (error) {
    const { stderr = '', message, killed } = error as { stderr?: string; message: string; killed?: boolean }
    const said = killed ? `git did not end within ${timeoutMs / 1000} s` : (stderr || message).trim()
    throw new AtlasError('source_unavailable', `${withoutPassword(what)}: ${withoutPassword(said)}.`, {
      hint: hint ?? 'See git_config in deployment_config.json, and whether this server may read that URL.',
    })
  }
}

async function withInput(args: readonly string[], input: number, options: SpawnOptions): Promise<string> {
  const child = spawn('git', args, { ...options, stdio: [input, 'pipe', 'pipe'] })
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'close'),
  ])
  if (code === 0) return stdout
  throw Object.assign(new Error(`git ended with ${code ?? signal}`), { stderr, killed: signal !== null })
}

/** All files of a commit as a tar. A failure of git ends the stream with it. */
export function archive(cwd: string, commit: string): Readable {
  const child = spawn('git', ['archive', '--format=tar', commit], {
    cwd,
    env: surroundings(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const out = new PassThrough()
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk).slice(-2000)
  })
  child.stdout.pipe(out, { end: false })
  child.once('error', (error) => out.destroy(error))
  child.once('close', (code) => {
    if (code === 0) out.end()
    else out.destroy(new AtlasError('source_unavailable', `${commit} cannot be packed: ${complaint.trim()}.`))
  })
  out.once('close', () => child.kill())
  return out
}

const withoutPassword = (text: string) => text.replaceAll(/(\w+:\/\/)[^/@\s]+@/g, '$1…@')

export const lines = (text: string) => text.split('\n').filter(Boolean)
