import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'

/** What a server said on a connection. */
export interface Heard {
  /** 0: nothing that is HTTP. */
  status: number
  /** By names in small letters. */
  headers: Record<string, string>
  body: string
  /** Who ended the connection. */
  ended: 'server' | 'us'
  /** From the first byte sent. */
  ms: number
}

interface Manner {
  /** Between two parts. Milliseconds. */
  pauseMs?: number
  /** How long the server may take to end the connection before we do, once it has answered whole. Milliseconds. */
  lingerMs?: number
}

/** Sends bytes as they are, no faster than they are taken, and listens until the connection ends. */
export async function tell(
  url: string,
  parts: Iterable<string | Buffer>,
  { pauseMs = 0, lingerMs = 0 }: Manner = {},
): Promise<Heard> {
  const began = performance.now()
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let said = ''
  let ended: Heard['ended'] = 'server'
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const whole = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      said += chunk.toString('latin1')
      if (isWhole(said)) resolve()
    })
  })
  socket.on('error', () => {})
  const sent = send(socket, parts, pauseMs, closed)
  await Promise.race([closed, Promise.all([sent, whole]).then(() => sleep(lingerMs))])
  if (!socket.closed) {
    ended = 'us'
    socket.destroy()
  }
  return { ...read(said), ended, ms: performance.now() - began }
}

/** Asks, and reads nothing of the answer. */
export async function silentReader(url: string, asks: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(asks)
  return {
    leave: () => socket.destroy(),
    /** Whether the answer has begun to come. */
    hears: () => socket.readableLength > 0,
    /** How many bytes there are when it reads at last, to the end of the connection. */
    async restOf(): Promise<number> {
      const closed = new Promise((resolve) => socket.once('close', resolve))
      socket.resume()
      await closed
      return socket.bytesRead
    },
  }
}

async function send(socket: Socket, parts: Iterable<string | Buffer>, pauseMs: number, closed: Promise<void>) {
  for (const part of parts) {
    if (socket.destroyed || !socket.writable) return
    if (!socket.write(part)) await Promise.race([once(socket, 'drain').catch(() => {}), closed])
    if (pauseMs > 0) await Promise.race([sleep(pauseMs), closed])
  }
}

function read(said: string): Pick<Heard, 'status' | 'headers' | 'body'> {
  const [head = '', body = ''] = said.split('\r\n\r\n', 2)
  const [line = '', ...fields] = head.split('\r\n')
  const headers = fields.map((field) => [
    field.slice(0, field.indexOf(':')).toLowerCase(),
    field.slice(field.indexOf(':') + 1).trim(),
  ])
  return { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1] ?? 0), headers: Object.fromEntries(headers), body }
}

function isWhole(said: string): boolean {
  const { headers, body } = read(said)
  return headers['content-length'] !== undefined && body.length >= Number(headers['content-length'])
}

/** Holds that it was refused in words that a program understands. */
export function expectProblem({ status, headers, body }: Heard, expected: number): void {
  expect({ status, type: headers['content-type']?.split(';')[0] }, body).toEqual({
    status: expected,
    type: 'application/problem+json',
  })
  expect(JSON.parse(body)).toMatchObject({
    status: expected,
    code: expect.any(String),
    detail: expect.stringMatching(/./),
    instance: headers['x-request-id'],
  })
}

/** The first lines of a request, without the empty one. */
export const head = (line: string, fields: Record<string, string | number> = {}): string =>
  [line, 'host: atlas', ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`), ''].join('\r\n')

/** What a process has in memory. MB. */
export function rssMb(pid: number): number {
  const status = `/proc/${pid}/status`
  const kb = existsSync(status)
    ? /^VmRSS:\s+(\d+)/m.exec(readFileSync(status, 'utf8'))![1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })
  return Number(kb) / 1024
}
