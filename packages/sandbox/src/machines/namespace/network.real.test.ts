import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Backend, MachineSpec } from '../backend.ts'
import { openBackend } from '../index.ts'
import { portHere } from '../ports-here.ts'
import { type Client, newClient, newSpec } from '../testing/clients.ts'
import { knock, until } from '../testing/knock.ts'

let backend: Backend
let me: Client
/** a and b share a VPC, c has its own. */
let [a, b, c]: MachineSpec[] = []

beforeAll(async () => {
  backend = await openBackend({ name: 'namespace', dataDir: await mkdtemp(join(tmpdir(), 'atlas-network-')) })
  me = await newClient()
  a = newSpec(me, { userData: '#!/bin/sh\ntrue\n' })
  b = newSpec(me)
  c = newSpec(me, { vpcId: 'vpc-2' })
  await Promise.all(
    [a, b, c].map(async (spec) => {
      await backend.create(spec)
      await backend.powerOn(spec.id)
    }),
  )
})
afterAll(() => backend.close())

const sh = async (at: MachineSpec | undefined, line: string): Promise<string> => (await me.ssh(at!, [line])).out.trim()

/** A server in the machine that says its name, and who asks, to everyone; `stop` ends it. */
async function serve(at: MachineSpec | undefined, host: string, port: number) {
  const program =
    'use IO::Socket; $s = IO::Socket::INET->new(LocalAddr => shift, LocalPort => shift, Listen => 9, ReuseAddr => 1) or die $!;' +
    'while ($c = $s->accept) { print $c "hello from $ENV{N} to ", $c->peerhost, "\\n"; close $c }'
  const pid = await sh(at, `N=${at!.name} nohup perl -e '${program}' ${host} ${port} >/dev/null 2>&1 & echo $!`)
  const listening = () => sh(at, `grep -c ":$(printf %04X ${port}) .* 0A" /proc/net/tcp`)
  await until(listening, (count) => count !== '0')
  return { stop: () => sh(at, `kill ${pid}`) }
}
/** What a connection made in the machine gets; nothing where it does not come about within a second. */
const ask = (from: MachineSpec | undefined, address: string, port: number) =>
  sh(from, `timeout 1 bash -c 'head -1 < /dev/tcp/${address}/${port}' 2>&1 || echo "no: $?"`)

test('two machines listen at the same port, each reached at its own address, until they stop', async () => {
  const servers = [await serve(a, '0.0.0.0', 8080), await serve(b, '0.0.0.0', 8080)]
  for (const spec of [a, b])
    expect(
      await until(
        () => knock(spec!.address, 8080),
        (line) => line !== 'refused',
      ),
    ).toContain(`hello from ${spec!.name}`)
  expect(await knock(c!.address, 8080)).toBe('refused')
  for (const { stop } of servers) await stop()
  expect(
    await until(
      () => knock(a!.address, 8080),
      (line) => line === 'refused',
    ),
  ).toBe('refused')
})

test('a port that only root may listen at here is found 10,000 above it by an ordinary user', async () => {
  const server = await serve(a, '0.0.0.0', 80)
  const port = process.getuid!() === 0 ? 80 : 10_080
  expect(portHere(80)).toBe(port)
  expect(
    await until(
      () => knock(a!.address, port),
      (line) => line !== 'refused',
    ),
  ).toContain('hello')
  await server.stop()
})

test('what listens on the loopback of the machine stays there, and is reached by -L', async () => {
  await serve(a, '127.0.0.1', 8081)
  expect(await knock(a!.address, 8081)).toBe('refused')
  const forward = ['-N', '-L', '127.0.0.1:47001:127.0.0.1:8081']
  const ssh = spawn('ssh', [...me.options, '-p', String(a!.sshPort), ...forward, `root@${a!.address}`])
  const line = await until(
    () => knock('127.0.0.1', 47001),
    (answer) => answer.startsWith('hello'),
  )
  expect(line).toBe(`hello from ${a!.name} to 127.0.0.1`)
  ssh.kill()
})

test('-R lets the machine reach a server of the client', async () => {
  const server = createServer((socket) => socket.end('from the client\n')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const ssh = spawn('ssh', [
    ...me.options,
    '-p',
    String(a!.sshPort),
    '-N',
    '-R',
    `7000:127.0.0.1:${port}`,
    `root@${a!.address}`,
  ])
  expect(
    await until(
      () => ask(a, '127.0.0.1', 7000),
      (line) => line.startsWith('from'),
    ),
  ).toBe('from the client')
  expect(await ask(b, '127.0.0.1', 7000)).toContain('no:')
  ssh.kill()
  server.close()
})

test('machines of one VPC reach each other at private addresses, and see them; others do not', async () => {
  const server = await serve(b, '0.0.0.0', 9000)
  expect(await ask(a, b!.privateAddress, 9000)).toBe(`hello from ${b!.name} to ${a!.privateAddress}`)
  expect(await ask(c, b!.privateAddress, 9000)).toContain('no:')
  // The public address is everyone's.
  for (const from of [a, c]) expect(await ask(from, b!.address, 9000)).toBe(`hello from ${b!.name} to ${from!.address}`)
  await server.stop()
})

test('machines reach what the cloud itself serves at an address of its own, and are seen there as they are', async () => {
  const { address } = newSpec(me)
  const balancer = createServer((socket) => socket.end(`served to ${socket.remoteAddress}\n`)).listen(8090, address)
  await once(balancer, 'listening')
  const answer = await until(
    () => ask(a, address, 8090),
    (line) => line.startsWith('served'),
  )
  expect(answer).toBe(`served to ${a!.address}`)
  balancer.close()
  await until(
    () => ask(a, address, 8090),
    (line) => line.includes('no:'),
  )
  expect(await ask(a, address, 8090)).not.toContain('served')
})

test('a machine reaches itself at each of its addresses', async () => {
  const server = await serve(a, '0.0.0.0', 9001)
  for (const address of ['127.0.0.1', a!.address, a!.privateAddress])
    expect(await ask(a, address, 9001)).toContain(`hello from ${a!.name}`)
  await server.stop()
})

test('a firewall drops what no rule lets in, from this computer and from machines, and lets answers back', async () => {
  const servers = [await serve(a, '0.0.0.0', 8082), await serve(a, '0.0.0.0', 8083), await serve(b, '0.0.0.0', 8082)]
  await backend.setFirewall(a!.id, [
    { protocol: 'tcp', ports: { from: 22, to: 22 }, sources: ['127.0.0.1/32'], machines: [] },
    { protocol: 'tcp', ports: { from: 2222, to: 2222 }, sources: ['127.0.0.1/32'], machines: [] },
    { protocol: 'tcp', ports: { from: 8082, to: 8082 }, sources: [], machines: [b!.id] },
    { protocol: 'tcp', ports: { from: 8083, to: 8089 }, sources: ['0.0.0.0/0', '::/0'], machines: [] },
  ])
  const states = await Promise.all([8082, 8083, portHere(443), a!.sshPort].map((port) => knock(a!.address, port)))
  expect(states).toEqual([
    'timed out',
    expect.stringContaining('hello'),
    'timed out',
    expect.stringContaining('SSH-2.0'),
  ])
  expect(await ask(b, a!.privateAddress, 8082)).toContain('hello')
  expect(await ask(c, a!.address, 8082)).toContain('no: 124')
  expect(await ask(c, a!.address, 8083)).toContain('hello')
  expect(await ask(a, b!.address, 8082)).toContain('hello')
  await backend.setFirewall(a!.id, undefined)
  expect(
    await until(
      () => knock(a!.address, 8082),
      (line) => line.startsWith('hello'),
    ),
  ).toContain('hello')
  for (const { stop } of servers) await stop()
})

test('a firewall without rules closes SSH as well', async () => {
  await backend.setFirewall(c!.id, [])
  expect(await knock(c!.address, c!.sshPort)).toBe('timed out')
  await backend.setFirewall(c!.id, undefined)
  expect(await sh(c, 'echo open')).toBe('open')
})

test('a connection that a firewall knows only by its source waits for ever', async () => {
  await backend.setFirewall(c!.id, [{ protocol: 'tcp', sources: ['127.0.0.9'], machines: [] }])
  expect(await knock(c!.address, c!.sshPort)).toBe('silent')
  await backend.setFirewall(c!.id, undefined)
})

test('one machine logs in to another by ssh, at the private address within the VPC only', async () => {
  const { out } = await me.ssh(
    a!,
    ['mkdir -p .ssh; cat > .ssh/id; chmod 600 .ssh/id'],
    await import('node:fs').then(({ readFileSync }) => readFileSync(me.key)),
  )
  expect(out).toBe('')
  const hop = (to: string) =>
    sh(
      a,
      `ssh -o BatchMode=yes -o ConnectTimeout=1 -o StrictHostKeyChecking=no -o LogLevel=ERROR -i .ssh/id -p ${a!.sshPort} root@${to} uname -n 2>&1`,
    )
  expect(await hop(b!.privateAddress)).toBe(b!.name)
  expect(await hop(b!.address)).toBe(b!.name)
  expect(await hop(c!.privateAddress)).toContain('timed out')
})

test('a partition cuts the links to other machines too', async () => {
  const server = await serve(b, '0.0.0.0', 9002)
  await backend.setFault(b!.id, { kind: 'partition' })
  expect(await ask(a, b!.privateAddress, 9002)).toContain('no: 124')
  await backend.setFault(b!.id, undefined)
  expect(await ask(a, b!.privateAddress, 9002)).toContain('hello')
  await server.stop()
})

test('the metadata service tells each machine of itself', async () => {
  const get = (from: MachineSpec | undefined, path: string) =>
    sh(from, `exec 3<>/dev/tcp/169.254.169.254/80; printf 'GET ${path} HTTP/1.0\\r\\n\\r\\n' >&3; sed '1,/^\\r$/d' <&3`)
  expect(await get(a, '/metadata/v1/id')).toBe(String(a!.id))
  expect(JSON.parse(await get(b, '/metadata/v1.json'))).toMatchObject({
    droplet_id: b!.id,
    hostname: b!.name,
    region: 'nyc3',
  })
  expect(await get(a, '/metadata/v1/user-data')).toBe('#!/bin/sh\ntrue')
  expect(await get(b, '/metadata/v1/nothing')).toBe('not found')
})

test('a reboot from inside brings the machine back', async () => {
  const boot = () =>
    sh(b, 'cat /proc/sys/kernel/random/boot_id; stat -c %Y /proc/1; ps -o lstart= -p 1; cat /run/mark 2>&1')
  await sh(b, 'echo here > /run/mark')
  await me.ssh(b!, ['kill -KILL -1; exec perl -e "syscall(169, 0xfee1dead, 672274793, 0x1234567, 0)"'])
  expect(await until(boot, (text) => text.includes('No such file'))).toContain('No such file')
})
