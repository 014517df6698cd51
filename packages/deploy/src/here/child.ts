import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A service that runs on this computer for as long as it is looked at. */
export interface Child {
  service: string
  port: number
  /** The last that it printed. */
  said(): string
  /** Resolves with how it ended, whoever ended it. */
  ended: Promise<string>
  /** It has ten seconds to end by itself. */
  end(): Promise<void>
}

interface Wanted {
  service: string
  port: number
  words: readonly string[]
  cwd: string
  env: NodeJS.ProcessEnv
  /** Given each line that it prints. */
  say(line: string): void
  /** What has to be taken away besides its processes. */
  remove?(): Promise<void>
}

const kept = 20
const graceMs = 10_000

export function beginChild({ service, port, words: [program = '', ...words], cwd, env, say, remove }: Wanted): Child {
  // A group of its own: Ctrl-C is for who looks on, and ends them in turn.
  const child = spawn(program, words, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on('line', (line) => {
      lines.push(line)
      lines.splice(0, lines.length - kept)
      say(`${service} | ${line}`)
    })
  const ended = endOf(child)
  return {
    service,
    port,
    said: () => lines.join('\n'),
    ended,
    async end() {
      signalGroup(child, 'SIGTERM')
      const late = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs)
      await ended
      clearTimeout(late)
      await remove?.()
    },
  }
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
    return `it ended with ${code ?? signal}`
  } catch (error) {
    return (error as Error).message
  }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // All of it has ended.
  }
}
