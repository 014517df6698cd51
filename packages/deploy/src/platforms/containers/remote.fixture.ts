import { existsSync } from 'node:fs'
import type { Connected } from '../../machine/machine.ts'

/** Why there is no registry to be tried here; `undefined` where there is. */
export const noRegistry = (): string | undefined =>
  existsSync('/usr/bin/docker-registry') ? undefined : 'no registry (apt-get install docker-registry)'

export const user = 'atlas'

/** Debian's, on a machine: by https with a certificate of its own, for one user. `trust` lets a machine's engines believe it. */
export async function startRegistry(machine: Connected, address: string, password: string) {
  const host = `${address}:5000`
  const shell = (script: string, input = '') => machine.run(['sh', '-c', script], { input })
  await shell('mkdir -p /root/registry')
  await shell(
    `cd /root/registry && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout key.pem -out cert.pem -subj /CN=registry -addext subjectAltName=IP:${address} 2> /dev/null`,
  )
  await shell(
    `perl -e 'chomp(my $p = <STDIN>); print "${user}:", crypt($p, q($2b$05$abcdefghijklmnopqrstuu)), "\\n"' > /root/registry/htpasswd`,
    `${password}\n`,
  )
  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: '/root/registry/data' } },
    http: { addr: host, tls: { certificate: '/root/registry/cert.pem', key: '/root/registry/key.pem' } },
    auth: { htpasswd: { realm: 'test', path: '/root/registry/htpasswd' } },
  }
  await shell('cat > /root/registry/config.json', JSON.stringify(config))
  const certificate = await shell('cat /root/registry/cert.pem')
  return {
    host,
    async start() {
      await shell(
        'setsid docker-registry serve /root/registry/config.json < /dev/null > /root/registry/log 2>&1 & echo $! > /root/registry/pid',
      )
      await shell(`until curl -sk https://${host}/v2/ > /dev/null; do sleep 0.1; done`)
    },
    /** It is killed as soon as somebody has asked for an image from now on: layers are under way then. */
    async killOnceAsked() {
      const from = (await shell('wc -c < /root/registry/log')).trim()
      return shell(
        `until tail -c +${from} /root/registry/log | grep -q /manifests/; do sleep 0.01; done; kill -KILL $(cat /root/registry/pid)`,
      )
    },
    trust: (other: Connected) =>
      other.run(['sh', '-c', `mkdir -p /etc/docker/certs.d/${host} && cat > /etc/docker/certs.d/${host}/ca.crt`], {
        input: certificate,
      }),
  }
}
