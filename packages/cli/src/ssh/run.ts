import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { AtlasError } from '@atlas/core/errors'
import type { Target } from './machine.ts'

/** The words of the ssh command line. Host keys are pinned where Atlas knows them, else the first one seen is kept. */
export function sshArguments({ ssh }: Target, knownHostsFile: string, words: readonly string[]): string[] {
  const checking = ssh.known_hosts === undefined ? 'accept-new' : 'yes'
  return [
    ...['-p', String(ssh.port)],
    ...(ssh.identity_file === undefined ? [] : ['-i', literal(ssh.identity_file), '-o', 'IdentitiesOnly=yes']),
    ...['-o', `UserKnownHostsFile="${literal(knownHostsFile)}"`],
    ...['-o', 'GlobalKnownHostsFile=/dev/null', '-o', `StrictHostKeyChecking=${checking}`],
    ...['-o', 'LogLevel=ERROR', '--', `${ssh.user}@${ssh.host}`],
    ...words,
  ]
}

/** ssh replaces %h, %d and the like in names of files. */
const literal = (path: string): string => path.replaceAll('%', '%%')

export interface SshCall {
  target: Target
  words: readonly string[]
  dataDir: string
}

/** Runs ssh on this terminal. Gives its exit code, which is the command's. @throws AtlasError where there is no ssh */
export async function runSsh({ target, words, dataDir }: SshCall): Promise<number> {
  const args = sshArguments(target, writeKnownHosts(target, dataDir), words)
  const child = spawn('ssh', args, { stdio: 'inherit' })
  // Ctrl-C is for what runs over there.
  const ignore = () => {}
  process.on('SIGINT', ignore)
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  child.once('error', (cause) => reject(noSsh(cause)))
  child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
  return promise.finally(() => process.removeListener('SIGINT', ignore))
}

/** What a line for the shell there prints; nobody is asked anything. @throws Error with what ssh said */
export async function askMachine(target: Target, dataDir: string, line: string): Promise<string> {
  const args = ['-o', 'BatchMode=yes', ...sshArguments(target, writeKnownHosts(target, dataDir), [line])]
  return (await promisify(execFile)('ssh', args, { timeout: 30_000 })).stdout
}

/**
 * Runs a script of the shell there, with `input` as its standard input. @returns what it printed
 * @throws AtlasError `machine_unreachable` with the last of what it said where it fails or takes over ten minutes
 */
export async function sendToMachine(
  target: Target,
  dataDir: string,
  script: string,
  input?: Readable,
): Promise<string> {
  const args = ['-o', 'BatchMode=yes', ...sshArguments(target, writeKnownHosts(target, dataDir), [script])]
  const running = promisify(execFile)('ssh', args, { timeout: 10 * 60_000 })
  const { stdin } = running.child
  // What ended early says so by its exit code.
  stdin?.on('error', () => {})
  if (input && stdin) input.pipe(stdin)
  else stdin?.end()
  try {
    return (await running).stdout
  } catch (cause) {
    const { stderr = '', message } = cause as Error & { stderr?: string }
    const said = stderr.trim().split('\n').slice(-3).join('\n') || message
    throw new AtlasError('machine_unreachable', `${target.machine} did not do what the demo asked of it: ${said}`, {
      cause,
    })
  }
}

/**
 * One file a machine, the server's too: an address, or a name, that is used again never meets an old key. Another `atlas` may
 * have ssh read it at this moment.
 */
export function writeKnownHosts({ infrastructure, machine, id, ssh }: Target, dataDir: string): string {
  const folder = join(dataDir, 'ssh', 'known_hosts')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, `${infrastructure}.${machine}.${id}`)
  const lines = ssh.known_hosts && `${ssh.known_hosts.trimEnd()}\n`
  if (lines === undefined || (existsSync(file) && readFileSync(file, 'utf8') === lines)) return file
  const next = `${file}.${process.pid}`
  writeFileSync(next, lines, { mode: 0o600 })
  renameSync(next, file)
  return file
}

const noSsh = (cause: Error) =>
  new AtlasError('usage', `ssh cannot be started: ${cause.message}`, {
    cause,
    hint: 'install an OpenSSH client: apt-get install openssh-client',
  })
