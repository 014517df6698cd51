import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { Inside } from '../../ssh/inside.ts'

/** Asked of the process in the machine's network, and its answers; an answer brings a connection along. */
export type InsiderRequest =
  | { connect: number; host: string; port: number }
  | { listen: number; host: string; port: number }
  | { close: number }
export type InsiderAnswer =
  | { connected: number }
  | { failed: number; message: string }
  | { listening: number; port: number }
  | { accepted: number }

/** After the last use. */
const idleMs = 10_000

/**
 * Sockets of a machine's own network, for SSH forwarding: only a process in that network can make them, but once made
 * they can be handed over. One is started at the first use (45 MB, 60 ms) and ends when it is no longer used.
 */
export function insider(enter: readonly string[]): Pick<Inside, 'connect' | 'listen'> & { close(): void } {
  let child: ChildProcess | undefined
  let idle: NodeJS.Timeout | undefined
  let last = 0
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>()
  const listeners = new Map<number, (socket: Socket) => void>()

  const onAnswer = (answer: InsiderAnswer, socket?: Socket) => {
    if ('accepted' in answer) return socket && listeners.get(answer.accepted)?.(socket)
    const id = 'connected' in answer ? answer.connected : 'listening' in answer ? answer.listening : answer.failed
    const asked = waiting.get(id)
    waiting.delete(id)
    if ('failed' in answer) asked?.reject(new Error(answer.message))
    else asked?.resolve(('listening' in answer ? answer.port : socket) as never)
  }
  const start = () => {
    const [file, ...args] = [...enter, process.execPath, join(import.meta.dirname, 'insider-main.ts')]
    const started = spawn(file!, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    started.on('message', onAnswer)
    started.on('error', () => {})
    started.on('exit', () => {
      if (child === started) child = undefined
      for (const { reject } of waiting.values()) reject(new Error('the machine went off'))
      waiting.clear()
    })
    return started
  }
  const ask = <T>(request: (id: number) => InsiderRequest): Promise<T> => {
    child ??= start()
    const id = ++last
    clearTimeout(idle)
    idle = setTimeout(() => listeners.size === 0 && close(), idleMs).unref()
    return new Promise<T>((resolve, reject) => {
      waiting.set(id, { resolve: resolve as (value: never) => void, reject })
      child!.send(request(id), (error) => error && reject(error))
    })
  }
  const close = () => {
    clearTimeout(idle)
    child?.kill('SIGKILL')
    child = undefined
  }
  return {
    connect: (host, port) => ask<Socket>((connect) => ({ connect, host, port })),
    async listen(host, port, accept) {
      let id = 0
      const bound = await ask<number>((listen) => {
        id = listen
        listeners.set(id, accept)
        return { listen, host, port }
      }).catch((error) => {
        listeners.delete(id)
        throw error
      })
      return {
        port: bound,
        close() {
          listeners.delete(id)
          child?.connected && child.send({ close: id } satisfies InsiderRequest)
        },
      }
    },
    close,
  }
}
