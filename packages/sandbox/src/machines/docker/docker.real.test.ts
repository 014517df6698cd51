import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { MachineSpec } from '../backend.ts'
import { openBackend } from '../index.ts'
import { newClient, newSpec } from '../testing/clients.ts'
import { knock, until } from '../testing/knock.ts'
import { findEngine } from './engine.ts'

const engine = await findEngine().then(
  () => undefined,
  (error: Error) => error.message,
)

test.runIf(engine)('where no engine answers, the reason is told', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'atlas-docker-'))
  await expect(openBackend({ name: 'docker', dataDir })).rejects.toThrow('Machines in Docker: ')
})

describe.skipIf(engine)('a machine in Docker', async () => {
  if (engine) return
  const backend = await openBackend({ name: 'docker', dataDir: await mkdtemp(join(tmpdir(), 'atlas-docker-')) })
  const me = await newClient()
  const spec = newSpec(me)
  afterAll(() => backend.close())
  const sh = async (line: string) => (await me.ssh(spec, [line])).out.trim()

  test('starts, runs commands, takes files, and keeps its disk over power off', async () => {
    await backend.create(spec)
    await backend.powerOn(spec.id)
    expect(await me.ssh(spec, ['cat; uname -n; exit 4'], 'in\n')).toMatchObject({ code: 4, out: `in\n${spec.name}\n` })
    expect(await me.scp(spec, `${me.key}.pub`, ':key.pub')).toMatchObject({ code: 0, err: '' })
    await backend.powerOff(spec.id, { graceful: true })
    expect(await knock(spec.address, spec.sshPort)).toBe('timed out')
    await backend.powerOn(spec.id)
    expect(await sh('cat key.pub')).toBe(me.publicKey)
  })

  test('is reached at the ports that it listens at, and has a terminal', async () => {
    const program =
      'use IO::Socket; $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 9); while ($c = $s->accept) { print $c "hi\\n"; close $c }'
    await sh(`nohup perl -e '${program}' >/dev/null 2>&1 & true`)
    expect(
      await until(
        () => knock(spec.address, 8080),
        (line) => line === 'hi',
      ),
    ).toBe('hi')
    expect((await me.ssh(spec, ['tty'], '', ['-tt'])).out).toContain('/dev/pts/')
  })

  test('two of one VPC, started at once, reach each other at their private addresses', async () => {
    const pair = [newSpec(me), newSpec(me)]
    for (const one of pair) await backend.create(one)
    await Promise.all(pair.map(({ id }) => backend.powerOn(id)))
    const [first, second] = pair as [MachineSpec, MachineSpec]
    const greet = `exec 3<>/dev/tcp/${second.privateAddress}/9000 && head -n 1 <&3`
    const program =
      'use IO::Socket; $s = IO::Socket::INET->new(LocalPort => 9000, Listen => 9); while ($c = $s->accept) { print $c "hello\\n"; close $c }'
    await me.ssh(second, [`nohup perl -e '${program}' >/dev/null 2>&1 & true`])
    const asked = async () => (await me.ssh(first, [`timeout 5 bash -c '${greet}'`])).out.trim()
    expect(await until(asked, (said) => said === 'hello')).toBe('hello')
    for (const { id } of pair) await backend.destroy(id)
  })

  test('restores a snapshot, and is gone once it is destroyed', async () => {
    await backend.snapshot(spec.id, 's1')
    await sh('rm key.pub')
    await backend.replaceDisk(spec.id, { snapshot: 's1' })
    await backend.powerOn(spec.id)
    expect(await sh('cat key.pub')).toBe(me.publicKey)
    await backend.destroy(spec.id)
    expect(await knock(spec.address, spec.sshPort)).toBe('refused')
  })
})
