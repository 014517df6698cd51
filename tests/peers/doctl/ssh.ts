import { strict as assert } from 'node:assert'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PeerCloud, startCloud } from '../cloud.ts'
import { run } from '../command.ts'
import type { Report } from '../report.ts'
import { until } from '../until.ts'
import { activeDroplet, connect } from './client.ts'

/** Onto a droplet that really runs, by `doctl compute ssh`: a cloud of its own, with machines. */
export async function ssh(file: string, home: string, { check, skip }: Report): Promise<void> {
  const key = join(home, 'id_ed25519')
  const made = await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key], { seconds: 20 }).catch(
    () => undefined,
  )
  if (made?.code !== 0) return skip('ssh', 'there is no OpenSSH client: apt-get install openssh-client')
  const cloud = await startCloud({ backend: 'auto' })
  try {
    await check('a command runs on the droplet, and says so', async () => {
      const doctl = connect(file, home, cloud)
      const args = ['ssh-key', 'import', 'here', '--public-key-file', `${key}.pub`]
      const [{ fingerprint }] = await doctl<[{ fingerprint: string }]>('compute', ...args)
      const { id } = await activeDroplet(doctl, 'reached', '--ssh-keys', fingerprint)
      const { port, known_hosts } = await reachable(cloud, id)
      trust(home, known_hosts)
      const how = ['--ssh-key-path', key, '--ssh-port', String(port), '--ssh-command', 'hostname; exit 7']
      const outcome = await doctl.call('compute', 'ssh', String(id), ...how)
      assert.match(outcome.stdout, /^reached$/m, outcome.stderr)
      assert.notEqual(outcome.code, 0)
    })
  } finally {
    await cloud.stop()
  }
}

interface Reachable {
  port: number
  known_hosts: string
}

/** Where SSH answers and with which key, once the machine has booted. */
async function reachable({ url, token }: PeerCloud, id: number): Promise<Reachable> {
  const look = async () => {
    const response = await fetch(`${url}/_sandbox/info`, { headers: { authorization: `Bearer ${token}` } })
    const { droplets } = (await response.json()) as { droplets: { id: number; ssh: Partial<Reachable> }[] }
    return droplets.find((droplet) => droplet.id === id)?.ssh
  }
  return (await until(look, (ssh) => ssh?.known_hosts !== undefined)) as Reachable
}

/** doctl has no option for the known hosts: an ssh in front of ssh reads those of this run, and not the person's. */
function trust(home: string, line: string): void {
  const hosts = join(home, 'known_hosts')
  writeFileSync(hosts, `${line}\n`)
  mkdirSync(join(home, 'bin'))
  const options = ['-F', '/dev/null', '-o', `UserKnownHostsFile=${hosts}`, '-o', 'BatchMode=yes'].join(' ')
  const script = `#!/bin/sh\nPATH='${process.env.PATH}' exec ssh ${options} "$@"\n`
  writeFileSync(join(home, 'bin/ssh'), script, { mode: 0o700 })
}
