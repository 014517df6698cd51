import { type ChildProcess, type SendHandle, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { systemEnv } from '../run.ts'
import { callsTo } from './calls.ts'
import { visit } from './neighbours.ts'
import { refused } from './probe.ts'
import type { CloudCalls, CloudNews, CloudOptions, CloudReady, VisitMessage } from './protocol.ts'

export interface Cloud {
  readonly calls: CloudCalls
  readonly process: ChildProcess
  /** Whether machines are held to the CPU and memory of their sizes. */
  readonly limits: boolean
  end(): Promise<void>
}

/** Starts the cloud process in namespaces of its own: a network; and for an ordinary user the rights to make one. */
export async function startCloud(options: CloudOptions, onNews: (news: CloudNews) => void): Promise<Cloud> {
  const flags = process.getuid?.() === 0 ? ['-n'] : ['-U', '-r', '-n']
  const main = join(import.meta.dirname, 'cloud/main.ts')
  const child = spawn('unshare', [...flags, process.execPath, main, JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: systemEnv(),
  })
  let complaint = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk).slice(-2000)
  })
  child.on('message', (message: CloudNews | VisitMessage, socket?: SendHandle) => {
    if ('news' in message) onNews(message)
    else if ('visit' in message && socket instanceof Socket) visit(socket, message.visit, message.from)
  })
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()))
  const { limits } = await new Promise<CloudReady['ready']>((resolve, reject) => {
    child.on('message', (message: object) => 'ready' in message && resolve((message as CloudReady).ready))
    child.on('error', ({ message }) => reject(refused(message)))
    child.on('exit', (code) => reject(refused(complaint.trim() || `the process that holds them ended with ${code}`)))
  })
  return {
    process: child,
    limits,
    calls: callsTo<CloudCalls>(child),
    end() {
      if (child.connected) child.disconnect()
      return ended
    },
  }
}
