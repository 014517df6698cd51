import { timingSafeEqual } from 'node:crypto'
import type { Socket } from 'node:net'
import ssh2, { type AuthContext, type ParsedKey, type PublicKeyAuthContext } from 'ssh2'
import { serveForwarding } from './forward.ts'
import type { Account, Inside } from './inside.ts'
import { serveSession } from './session.ts'

export interface SshServer {
  /** Takes over an accepted connection. */
  accept(socket: Socket): void
  /** Ends every connection. */
  close(): void
  readonly sockets: ReadonlySet<Socket>
}

/**
 * The SSH daemon of one machine: public keys from the account's own authorized_keys, commands, shells, SFTP, forwarding.
 * `hostKey` is a private key in OpenSSH's form.
 */
export function sshServer(inside: Inside, hostKey: string): SshServer {
  const sockets = new Set<Socket>()
  const server = new ssh2.Server({ hostKeys: [hostKey], ident: 'Atlas_Sandbox' }, (connection, { ip, port }) => {
    const socket = [...sockets].find(({ remoteAddress, remotePort }) => remoteAddress === ip && remotePort === port)
    const peer = {
      client: { address: ip, port },
      server: { address: socket?.localAddress ?? '', port: socket?.localPort ?? 22 },
    }
    let account: Account | undefined
    connection.on('authentication', (context) => {
      authenticate(context, inside).then(
        (found) => {
          account = found
          if (found) context.accept()
          else context.reject(['publickey'])
        },
        () => context.reject(['publickey']),
      )
    })
    connection.on('ready', () => {
      if (!account) return void connection.end()
      const user = account
      connection.on('session', (accept) => serveSession(accept(), inside, user, peer))
      serveForwarding(connection, inside)
    })
    connection.on('error', () => {})
  })

  return {
    sockets,
    accept(socket) {
      // Nagle's delay makes every small answer wait up to 40 ms for the client's acknowledgement.
      socket.setNoDelay(true)
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      // Doors are half open for other ports' sake. A client that was killed has ended its side, and never ends the other.
      socket.on('end', () => socket.end())
      server.injectSocket(socket)
    },
    close() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** The account, once the client has shown that it holds the private half of an authorised key. */
async function authenticate(context: AuthContext, inside: Inside): Promise<Account | undefined> {
  if (context.method !== 'publickey') return
  const account = await inside.account(context.username)
  if (!account) return
  const authorized = keysIn(await inside.authorizedKeys(account))
  const key = authorized.find((candidate) => isSame(candidate, context))
  if (!key) return
  // Without a signature the client only asks whether the key would do.
  const { signature, blob, hashAlgo } = context
  if (signature && blob && key.verify(blob, signature, hashAlgo) !== true) return
  return account
}

function isSame(key: ParsedKey, { key: offered }: PublicKeyAuthContext): boolean {
  const known = key.getPublicSSH()
  return known.length === offered.data.length && timingSafeEqual(known, offered.data)
}

/** The keys of an authorized_keys file; options before a key are passed over, lines that are no key are left out. */
function keysIn(text: string): ParsedKey[] {
  return text.split('\n').flatMap((line) => {
    const start = line.search(/(ssh-|ecdsa-|sk-)\S+ AAAA/)
    const key = start < 0 || line.startsWith('#') ? undefined : ssh2.utils.parseKey(line.slice(start).trim())
    return key === undefined || key instanceof Error ? [] : [key].flat()
  })
}
