import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Call, Connected, Listener } from './machine.ts'
import { refused, tookTooLong } from './refusal.ts'

const kept = 8_000

/**
 * The computer of this server, asked as machines are: it builds images, and machines have them from there.
 * @param folder where what is kept of that goes, in place of a machine's /var/lib/atlas
 * @param name what messages call it
 */
export function thisComputer(folder: string, name = "the server's computer"): Connected {
  return {
    name,
    isOwn: true,
    ended: new Promise(() => {}),
    run: (words, call = {}) => run(name, begin(words, folder), call),
    stream: async (words) => streamOf(name, begin(words, folder)),
    listen,
    connect: async (host, port) => {
      const socket = connect(port, host)
      await once(socket, 'connect')
      return socket
    },
    close: () => {},
  }
}

/** What a client of Docker or Podman goes by; the server's own settings are nobody else's. */
const passed = /^(PATH|HOME|USER|TMPDIR|XDG_\w+|DOCKER_\w+|CONTAINERS?_\w+|\w+_proxy)$/i

function begin([program = '', ...words]: readonly string[], folder: string) {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => passed.test(key)))
  // A group of its own, so that it ends with all that it began.
  const child = spawn(program, words, { detached: true, env: { ...env, ATLAS_ROOT: folder, LC_ALL: 'C' } })
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk).slice(-kept)
  })
  return {
    child,
    complaint: () => complaint,
    end: () => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid)
    },
  }
}

type Begun = ReturnType<typeof begin>

async function run(
  name: string,
  { child, complaint, end }: Begun,
  { input, timeoutMs = 60_000, signal }: Call,
): Promise<string> {
  const ending = new AbortController()
  const timer = setTimeout(() => ending.abort(tookTooLong(name, timeoutMs)), timeoutMs)
  const stop = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk
  })
  try {
    const closed = once(child, 'close', { signal: stop })
    // A program that ends early reads no more: its own complaint says why, not the broken pipe.
    const sent = pipeline(Readable.from(input ?? ''), child.stdin, { signal: stop }).catch(() => {})
    const [code, killed] = (await closed) as [number | null, string | null]
    await sent
    if (code === 0) return out
    throw refused(name, code ?? killed!, complaint() || out)
  } catch (error) {
    throw stop.aborted ? stop.reason : error
  } finally {
    clearTimeout(timer)
    end()
  }
}

function streamOf(name: string, { child, complaint, end }: Begun): Readable {
  const out = new PassThrough()
  child.stdin.end()
  child.stdout.pipe(out, { end: false })
  out.once('close', end)
  child.once('error', (error) => out.destroy(error))
  child.once('close', (code, killed) => {
    if (code === 0) out.end()
    else out.destroy(refused(name, code ?? killed!, complaint()))
  })
  return out
}

async function listen(each: Parameters<Connected['listen']>[0]): Promise<Listener> {
  const server = createServer(each).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as { port: number }).port, close: () => void server.close() }
}
