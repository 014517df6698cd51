import { once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AtlasError } from '@atlas/core'
import ssh2, { type Client, type ClientChannel } from 'ssh2'
import { forwarding } from './forward.ts'
import type { Call, Connected, Reach } from './machine.ts'
import { refused, tookTooLong } from './refusal.ts'
import { commandLine } from './words.ts'

const connectMs = 10_000

/**
 * Connects by SSH. The host key is checked; keepalives end a connection to a machine that hangs within half a minute.
 * @throws AtlasError `machine_unreachable`
 */
export async function connectMachine(name: string, reach: Reach): Promise<Connected> {
  const client = new ssh2.Client()
  const ended = Promise.withResolvers<void>()
  client.on('close', () => ended.resolve())
  // One failure may be told twice: that the handshake took too long, then that the connection is lost.
  client.on('error', () => client.destroy())
  await ready(name, client, reach)
  return {
    name,
    ended: ended.promise,
    run: (words, call = {}) => run(name, client, words, call),
    stream: (words) => stream(name, client, words),
    listen: forwarding(name, client),
    connect: (host, port) =>
      new Promise((resolve, reject) =>
        client.forwardOut('127.0.0.1', 0, host, port, (error, channel) =>
          error ? reject(takesNone(name, `${host}:${port}`, error)) : resolve(channel),
        ),
      ),
    close: () => void client.end(),
  }
}

function ready(name: string, client: Client, reach: Reach): Promise<void> {
  const { host, port, user, privateKey } = reach
  return new Promise((resolve, reject) => {
    client.once('ready', () => resolve())
    client.once('error', (error) => reject(unreachable(`${name} (${host}:${port})`, error)))
    client.connect({
      host,
      port,
      username: user,
      privateKey,
      readyTimeout: connectMs,
      keepaliveInterval: 10_000,
      keepaliveCountMax: 3,
      algorithms: { cipher: { prepend: ['aes128-gcm@openssh.com'], append: [], remove: [] } },
      hostVerifier: (key: Buffer) => isKnown(reach, key),
    })
    // Without it, every small exchange waits for the other side's delayed acknowledgement: 187 ms against 15.
    client.setNoDelay(true)
  })
}

function isKnown({ knownHosts, learn, host, port }: Reach, key: Buffer): boolean {
  const shown = key.toString('base64')
  const known = knownHosts?.split('\n').flatMap((line) => line.trim().split(/\s+/)[2] ?? []) ?? []
  if (known.length > 0) return known.includes(shown)
  const type = key.subarray(4, 4 + key.readUInt32BE(0)).toString()
  learn?.(`${port === 22 ? host : `[${host}]:${port}`} ${type} ${shown}`)
  return true
}

const kept = 8_000

async function run(name: string, client: Client, words: readonly string[], call: Call): Promise<string> {
  const { timeoutMs = 60_000, signal } = call
  signal?.throwIfAborted()
  const channel = await open(name, client, words)
  const ending = new AbortController()
  const timer = setTimeout(() => ending.abort(tookTooLong(name, timeoutMs)), timeoutMs)
  const stop = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal
  let out = ''
  let complaint = ''
  channel.on('data', (chunk: Buffer) => {
    out += chunk
  })
  channel.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk).slice(-kept)
  })
  try {
    const closed = once(channel, 'close', { signal: stop })
    // A program that ends early reads no more: its own complaint says why, not the broken pipe.
    // As it is, where it is a stream: another around it would wait for its next word before it ends.
    const input = call.input instanceof Readable ? call.input : Readable.from(call.input ?? '')
    const sent = pipeline(input, channel, { signal: stop }).catch(() => {})
    const [code, killed] = (await closed) as [number | undefined, string | undefined]
    await sent
    if (code === 0) return out
    if (code === undefined && killed === undefined) throw unreachable(name, new Error('the connection broke'))
    throw refused(name, code ?? killed!, complaint || out)
  } catch (error) {
    if (stop.aborted) {
      channel.close()
      throw stop.reason
    }
    throw error
  } finally {
    clearTimeout(timer)
  }
}

async function stream(name: string, client: Client, words: readonly string[]): Promise<Readable> {
  const channel = await open(name, client, words)
  const out = new PassThrough()
  let complaint = ''
  channel.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk).slice(-kept)
  })
  channel.pipe(out, { end: false })
  out.once('close', () => channel.close())
  channel.once('close', (code: number | undefined, killed: string | undefined) => {
    if (code === 0) out.end()
    else if (code === undefined && killed === undefined)
      out.destroy(unreachable(name, new Error('the connection broke')))
    else out.destroy(refused(name, code ?? killed!, complaint))
  })
  return out
}

const open = (name: string, client: Client, words: readonly string[]): Promise<ClientChannel> =>
  new Promise((resolve, reject) => {
    const broke = () => fail(new Error('the connection broke'))
    const fail = (error: Error) => reject(unreachable(name, error))
    client.once('close', broke)
    try {
      client.exec(commandLine(words), (error, channel) => {
        client.removeListener('close', broke)
        if (error) fail(error)
        else resolve(channel)
      })
    } catch (error) {
      fail(error as Error)
    }
  })

const unreachable = (what: string, cause: Error) =>
  new AtlasError('machine_unreachable', `${what} does not answer by SSH: ${cause.message}.`, {
    cause,
    hint: 'See whether it is on: atlas status',
  })

const takesNone = (name: string, where: string, cause: Error) =>
  new AtlasError('machine_unreachable', `${where} takes no connection from ${name}`, { cause })
