import type { ChildProcess } from 'node:child_process'
import { MachineError } from '../errors.ts'

/** What one process asks of another over Node's own channel: names, arguments and answers as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: arguments are contravariant, so no other type takes every function
export type Calls = Record<string, (...args: any[]) => Promise<unknown>>

interface Request {
  call: number
  name: string
  args: unknown[]
}
interface Answer {
  answer: number
  value?: unknown
  error?: { message: string; code: MachineError['code'] }
}

/** Answers calls that come in on this process's channel. */
export function serveCalls(calls: Calls): void {
  process.on('message', (message: Partial<Request>) => {
    const { call, name, args } = message
    if (call === undefined) return
    const send = (answer: Omit<Answer, 'answer'>) => process.connected && process.send?.({ answer: call, ...answer })
    calls[name!]!(...args!).then(
      (value) => send({ value }),
      (error: Error) =>
        send({ error: { message: error.message, code: error instanceof MachineError ? error.code : 'failed' } }),
    )
  })
}

/** The other side: a call becomes a message to `child`, and rejects when the child ends before it has answered. */
export function callsTo<C extends Calls>(child: ChildProcess): C {
  const open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let last = 0
  child.on('message', ({ answer, value, error }: Partial<Answer>) => {
    if (answer === undefined) return
    const waiting = open.get(answer)
    open.delete(answer)
    if (error) waiting?.reject(new MachineError(error.code, error.message))
    else waiting?.resolve(value)
  })
  child.once('exit', () => {
    for (const { reject } of open.values()) reject(new MachineError('failed', "The machines' process has ended."))
    open.clear()
  })
  const call = (name: string, args: unknown[]) =>
    new Promise((resolve, reject) => {
      last++
      open.set(last, { resolve, reject })
      child.send({ call: last, name, args } satisfies Request, (error) => error && reject(error))
    })
  return new Proxy({} as C, {
    get:
      (_target, name: string) =>
      (...args: unknown[]) =>
        call(name, args),
  })
}
