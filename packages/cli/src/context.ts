import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Client } from '@atlas/client'
import type { Common } from './program.ts'
import { openSession, type Session } from './server/session.ts'
import { inspectTerminal, type Terminal } from './terminal.ts'

/** What a command may use of the world around it. */
export interface Context {
  env: NodeJS.ProcessEnv
  cwd: string
  /** Absolute. */
  dataDir: string
  /** The team that is meant, where it was said. */
  workspace: string | undefined
  json: boolean
  terminal: Terminal
  /** All that comes on standard input, to its end. */
  standardInput(): Promise<string>
  /** A line on stdout, for people; silent with --json. */
  say(line: string): void
  /** A remark beside the result, on stderr. */
  remark(line: string): void
  /** One line of JSON on stdout, for commands that give many. */
  jsonLine(value: unknown): void
  /** A server to talk to: the one that runs, or one of our own for this command. @throws AtlasError server_unreachable */
  connect(): Promise<Client>
  /** The session behind `connect`, once it is open. */
  session(): Promise<Session>
}

export interface Process {
  argv: readonly string[]
  env: NodeJS.ProcessEnv
  cwd: string
  stdin: NodeJS.ReadStream
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
}

/** `close` ends what the command started. */
export function createContext(process: Process, common: Common): Context & { close(): Promise<void> } {
  const { env, cwd, stdin, stdout, stderr } = process
  const dataDir = resolve(cwd, common.dataDir ?? env.ATLAS_DATA_DIR ?? '.atlas')
  let opened: Promise<Session> | undefined
  const context: Context = {
    env,
    cwd,
    dataDir,
    workspace: common.workspace ?? (env.ATLAS_WORKSPACE || undefined),
    json: common.json,
    terminal: inspectTerminal(process),
    standardInput: () => text(stdin),
    say: (line) => {
      if (!common.json) stdout.write(`${line}\n`)
    },
    remark: (line) => {
      stderr.write(`${line}\n`)
    },
    jsonLine: (value) => {
      stdout.write(`${JSON.stringify(value)}\n`)
    },
    connect: async () => (await context.session()).client,
    session: () => {
      opened ??= openSession(context)
      return opened
    },
  }
  const close = async () => {
    const session = await opened?.catch(() => undefined)
    await session?.close()
  }
  return { ...context, close }
}
