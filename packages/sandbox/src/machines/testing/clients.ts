import { type SpawnOptions, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MachineSpec } from '../backend.ts'
import { chooseSshPort } from '../ports-here.ts'
import { run } from '../run.ts'

export interface Outcome {
  code: number | null
  out: string
  err: string
}

/** Runs a client to its end, with `input` on its standard input. */
export function client(
  argv: readonly string[],
  input: string | Buffer = '',
  options: SpawnOptions = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0]!, argv.slice(1), { ...options, stdio: 'pipe' })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout!.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr!.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({ code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }),
    )
    child.stdin!.on('error', () => {})
    child.stdin!.end(input)
  })
}

/** A key of OpenSSH's own making, and the options with which ssh, scp, sftp, rsync and git use it. */
export async function newClient() {
  const folder = mkdtempSync(join(tmpdir(), 'atlas-client-'))
  const key = join(folder, 'id')
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key])
  const port = await chooseSshPort()
  const options = [
    ...['-F', '/dev/null', '-i', key],
    ...['BatchMode=yes', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'].flatMap(
      (one) => ['-o', one],
    ),
  ]
  const ssh = (
    at: MachineSpec,
    command: readonly string[],
    input: string | Buffer = '',
    more: readonly string[] = [],
  ) => client(['ssh', ...options, '-p', String(at.sshPort), ...more, `root@${at.address}`, ...command], input)
  const scp = (at: MachineSpec, from: string, to: string, more: readonly string[] = []) => {
    const place = (path: string) => (path.startsWith(':') ? `root@${at.address}${path}` : path)
    return client(['scp', '-q', ...options, '-P', String(at.sshPort), ...more, place(from), place(to)])
  }
  const remoteShell = (at: MachineSpec) => ['ssh', ...options, '-p', String(at.sshPort)].join(' ')
  return { folder, key, port, options, publicKey: readFileSync(`${key}.pub`, 'utf8').trim(), ssh, scp, remoteShell }
}
export type Client = Awaited<ReturnType<typeof newClient>>

let next = (process.pid % 250) * 250

/** A machine with an address that no other test on this computer uses now. */
export function newSpec(client: Client, more: Partial<MachineSpec> = {}): MachineSpec {
  next++
  const [high, low] = [1 + ((next >> 8) % 250), next & 255]
  return {
    id: next,
    name: `m${next}`,
    address: `127.77.${high}.${low}`,
    privateAddress: `10.77.${high}.${low}`,
    vpcId: 'vpc-1',
    sshPort: client.port,
    size: { vcpus: 1, memoryMb: 1024, diskGb: 25 },
    disk: { image: 'debian-12-x64' },
    authorizedKeys: [client.publicKey],
    metadata: { droplet_id: next, hostname: `m${next}`, region: 'nyc3', tags: [] },
    ...more,
  }
}
