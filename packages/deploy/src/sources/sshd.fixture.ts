import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { newSshKey, publicHalf } from './deploy-key.ts'

const sshd = '/usr/sbin/sshd'

/** Debian's openssh-server brings it. */
export const hasSshd = existsSync(sshd)

/**
 * OpenSSH's own server for repositories, started anew for each connection as by inetd. Who comes with one of the keys may do
 * nothing but what git asks for, as at a host of repositories.
 * @param protocol2 whether it takes from its clients which protocol of git they speak
 */
export async function startSshd(folder: string, { protocol2 = true } = {}) {
  const path = (name: string) => join(folder, name)
  mkdirSync(folder, { recursive: true })
  // sshd shuts its unprivileged half in there; elsewhere it is made when the service starts.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const settings = {
    HostKey: path('host'),
    AuthorizedKeysFile: path('authorized_keys'),
    PidFile: 'none',
    UsePAM: 'no',
    StrictModes: 'no',
    PasswordAuthentication: 'no',
    KbdInteractiveAuthentication: 'no',
    PermitRootLogin: 'prohibit-password',
    LogLevel: 'ERROR',
    ...(protocol2 && { AcceptEnv: 'GIT_PROTOCOL' }),
  }
  const text = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`)
  writeFileSync(path('sshd_config'), text.join(''))

  const changeHostKey = () => {
    rmSync(path('host'), { force: true })
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path('host')])
  }
  changeHostKey()
  const authorize = (...publicKeys: string[]) =>
    writeFileSync(
      path('authorized_keys'),
      publicKeys.map((key) => `restrict,command="git-shell -c \\"$SSH_ORIGINAL_COMMAND\\"" ${key}\n`).join(''),
    )
  authorize()

  const server = createServer({ pauseOnConnect: true }, (socket) => {
    const child = spawn(sshd, ['-i', '-e', '-f', path('sshd_config')], { stdio: [socket, socket, 'ignore'] })
    child.once('close', () => socket.destroy())
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    urlOf: (repository: string) => `ssh://${userInfo().username}@127.0.0.1:${port}${repository}`,
    authorize,
    changeHostKey,
    close: () => void server.close(),
  }
}

/** A key with its public half. */
export function keyPair(comment: string) {
  const privateKey = newSshKey(comment)
  return { privateKey, ...publicHalf(privateKey) }
}
