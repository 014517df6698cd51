import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { PseudoTtyInfo, ServerChannel, Session, WindowChangeInfo } from 'ssh2'
import { shellLine } from '../words.ts'
import type { Account, Inside } from './inside.ts'

export interface Peer {
  client: { address: string; port: number }
  server: { address: string; port: number }
}

interface Terminal extends WindowChangeInfo {
  term: string
  /** The device's name inside the machine, once it has one. */
  device?: string
}

/** One SSH session: environment, terminal, then one shell, command or subsystem, then its exit. */
export function serveSession(session: Session, inside: Inside, account: Account, peer: Peer): void {
  const env = environment(account, peer)
  let terminal: Terminal | undefined
  let child: ChildProcess | undefined

  session.on('env', (accept, _reject, { key, val }) => {
    if (/^\w+$/.test(key)) env[key] = val
    accept?.()
  })
  session.on('pty', (accept, _reject, info: PseudoTtyInfo & { term?: string }) => {
    terminal = { ...info, term: info.term ?? 'xterm' }
    accept?.()
  })
  session.on('window-change', (accept, _reject, size) => {
    if (terminal) Object.assign(terminal, size)
    if (terminal?.device) resize(inside, account, env, terminal)
    accept?.()
  })
  session.on('signal', (accept, _reject, { name }) => {
    if (child) signalGroup(child, `SIG${name}` as NodeJS.Signals)
    accept?.()
  })
  // A hang-up reaches what has a terminal; a command without one goes on, as under sshd, until its streams end.
  session.on('close', () => {
    if (child && terminal) signalGroup(child, 'SIGHUP')
  })

  const run = (channel: ServerChannel, argv: readonly string[]) => {
    child = terminal ? inTerminal(inside, account, env, argv, terminal) : inside.spawn({ argv, env, account })
    carry(channel, child)
  }
  session.on('exec', (accept, _reject, { command }) => run(accept(), [account.shell, '-c', command]))
  session.on('shell', (accept) => run(accept(), [account.shell, '-l']))
  session.on('subsystem', (accept, reject, { name }) => {
    if (name !== 'sftp') return reject()
    child = inside.sftp(account, env)
    carry(accept(), child)
  })
}

const environment = ({ name, home, shell }: Account, { client, server }: Peer): Record<string, string> => ({
  USER: name,
  LOGNAME: name,
  HOME: home,
  SHELL: shell,
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  SSH_CLIENT: `${client.address} ${client.port} ${server.port}`,
  SSH_CONNECTION: `${client.address} ${client.port} ${server.address} ${server.port}`,
})

/**
 * Node cannot open a terminal; `script` can, and every Linux and macOS has it. Inside it the size is set and the device's
 * name told on descriptor 3, because later changes of size are made on the device.
 */
function inTerminal(
  inside: Inside,
  account: Account,
  env: Record<string, string>,
  argv: readonly string[],
  terminal: Terminal,
): ChildProcess {
  env.TERM = terminal.term
  const setUp = `SSH_TTY=$(tty); export SSH_TTY; echo "$SSH_TTY" >&3; exec 3>&-; stty rows ${terminal.rows} cols ${terminal.cols}`
  const line = `${setUp}; exec ${shellLine(argv)}`
  const recorder =
    process.platform === 'linux'
      ? ['script', '-qefc', line, '/dev/null']
      : ['script', '-q', '/dev/null', '/bin/sh', '-c', line]
  const child = inside.spawn({ argv: recorder, env, account, pipe3: true })
  const told = child.stdio[3] as Readable | null | undefined
  told?.once('data', (name: Buffer) => {
    terminal.device = name.toString().trim()
  })
  return child
}

function resize(inside: Inside, account: Account, env: Record<string, string>, terminal: Terminal): void {
  const on = process.platform === 'linux' ? '-F' : '-f'
  const argv = ['stty', on, terminal.device!, 'rows', String(terminal.rows), 'cols', String(terminal.cols)]
  inside.spawn({ argv, env, account }).on('error', () => {})
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid) process.kill(-pid, signal)
  } catch {
    // It has ended meanwhile, or the client named a signal that this system does not know.
  }
}

/** Carries the three streams, and ends the channel with the program's exit once both of its outputs have ended. */
function carry(channel: ServerChannel, child: ChildProcess): void {
  const { stdin, stdout, stderr } = child
  if (stdin && stdout && stderr) {
    channel.pipe(stdin)
    stdin.on('error', () => channel.resume())
    interleave(channel, stdout, stderr)
  }
  child.on('error', (error) => {
    channel.stderr.write(`${error.message}\n`)
    channel.exit(127)
    channel.end()
  })
  child.on('close', (code, signal) => {
    if (signal) channel.exit(signal.slice(3))
    else channel.exit(code ?? 255)
    channel.end()
  })
}

/**
 * One chunk at a time from either output. ssh2 1.17 keeps the chunk that last waited for window, and sends it again when
 * the other output waits next (Channel.js, CHANNEL_WINDOW_ADJUST): so both never wait at once, and the old one is dropped.
 */
function interleave(channel: ServerChannel, stdout: Readable, stderr: Readable): void {
  const waiting = channel as unknown as Record<'_chunk' | '_chunkcb' | '_chunkErr' | '_chunkcbErr', undefined>
  let last = Promise.resolve()
  const send = (from: Readable, to: NodeJS.WritableStream) => {
    from.on('data', (chunk: Buffer) => {
      from.pause()
      last = last.then(
        () =>
          new Promise((done) => {
            to.write(chunk, () => {
              waiting._chunk = waiting._chunkcb = waiting._chunkErr = waiting._chunkcbErr = undefined
              from.resume()
              done()
            })
          }),
      )
    })
  }
  send(stdout, channel)
  send(stderr, channel.stderr)
  // The client has gone: what is still written must not stop the program at a full pipe.
  channel.once('close', () => {
    for (const output of [stdout, stderr]) output.removeAllListeners('data').resume()
  })
}
