import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openBackend } from './index.ts'
import { newClient, newSpec } from './testing/clients.ts'
import { knock, until } from './testing/knock.ts'
import { running } from './testing/processes.ts'

const fixture = join(import.meta.dirname, 'testing/sandbox.fixture.ts')

describe.each(['namespace', 'process'] as const)('a sandbox with the %s backend', (name) => {
  test('that is killed leaves no process, and finds its machines again', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'atlas-recover-'))
    const me = await newClient()
    const [on, off, unknown] = [newSpec(me), newSpec(me), newSpec(me)]
    const sandbox = spawn(process.execPath, [fixture, name, dataDir, JSON.stringify([on, off, unknown])], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(sandbox.stdout, 'data')
    const mark = `7${on.id}`
    await me.ssh(on, [
      `echo kept > kept; setsid -f sleep ${mark} >/dev/null 2>&1; nohup sleep ${mark} >/dev/null 2>&1 & true`,
    ])
    expect(
      await until(
        () => running(new RegExp(`^sleep ${mark}`)),
        (count) => count === 2,
      ),
    ).toBe(2)

    sandbox.kill('SIGKILL')
    await once(sandbox, 'exit')
    const ofTheMachines = new RegExp(`^(sleep ${mark}|.*${dataDir})`)
    expect(
      await until(
        () => running(new RegExp(`^sleep ${mark}`)),
        (count) => count === 0,
      ),
    ).toBe(0)
    expect(
      await until(
        () => knock(on.address, on.sshPort),
        (answer) => answer === 'refused',
      ),
    ).toBe('refused')

    const backend = await openBackend({ name, dataDir })
    await backend.recover([
      { spec: on, on: true },
      { spec: off, on: false },
    ])
    expect(await Promise.all([on, off, unknown].map(({ id }) => backend.state(id)))).toEqual([
      'active',
      'off',
      'missing',
    ])
    expect((await me.ssh(on, ['cat kept'])).out).toBe('kept\n')
    expect(existsSync(join(dataDir, 'machines', String(unknown.id)))).toBe(false)
    expect(await knock(off.address, off.sshPort)).toBe('timed out')
    await me.ssh(on, [`setsid -f sleep ${mark} >/dev/null 2>&1`])
    await backend.close()
    expect(await running(ofTheMachines)).toBe(0)
  })

  test('keeps volumes and firewalls over a restart', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'atlas-recover-'))
    const me = await newClient()
    const spec = newSpec(me)
    const first = await openBackend({ name, dataDir })
    await first.create(spec)
    await first.createVolume({ id: 'v', name: 'data', sizeGb: 1 })
    await first.attachVolume(spec.id, 'v')
    await first.powerOn(spec.id)
    const mnt = name === 'process' ? '$ROOT/mnt' : '/mnt'
    await me.ssh(spec, [`echo kept > ${mnt}/data/file`])
    await first.setFirewall(spec.id, [])
    await first.close()

    const second = await openBackend({ name, dataDir })
    await second.recover([{ spec, on: true }])
    expect(await knock(spec.address, spec.sshPort)).toBe('timed out')
    await second.setFirewall(spec.id, undefined)
    expect((await me.ssh(spec, [`cat ${mnt}/data/file`])).out).toBe('kept\n')
    await second.close()
  })

  test('is not held up by a machine whose boot script never ends', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'atlas-recover-'))
    const me = await newClient()
    const spec = newSpec(me, {
      userData: '#cloud-config\nbootcmd: [ sleep 100000 ]\nruncmd: [ "touch ~/too-early" ]\n',
    })
    const first = await openBackend({ name, dataDir })
    await first.create(spec)
    await first.powerOn(spec.id)
    expect((await me.ssh(spec, ['ls; echo reached'])).out).toBe('reached\n')
    await first.close()
    const second = await openBackend({ name, dataDir })
    await second.recover([{ spec, on: true }])
    expect(await second.state(spec.id)).toBe('active')
    await second.powerOff(spec.id, { graceful: false })
    await second.close()
  })

  test('starts the others where a machine has spoilt its disk, and writes through no link that it has put there', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'atlas-recover-'))
    const me = await newClient()
    const [good, bad] = [newSpec(me), newSpec(me)]
    const first = await openBackend({ name, dataDir })
    for (const spec of [good, bad]) await first.create(spec).then(() => first.powerOn(spec.id))
    const ours = join(dataDir, 'ours')
    await writeFile(ours, "this computer's")
    const root = name === 'process' ? '$ROOT' : ''
    await me.ssh(bad, [`rm -rf ${root}/etc/ssh ${root}/etc/hosts; ln -s ${ours} ${root}/etc/hosts`])
    await first.rename(bad.id, 'renamed')
    expect(await readFile(ours, 'utf8')).toBe("this computer's")
    await first.close()

    const said: string[] = []
    const second = await openBackend({ name, dataDir, log: (line) => said.push(line) })
    await second.recover([good, bad].map((spec) => ({ spec, on: true })))
    expect(await Promise.all([good, bad].map(({ id }) => second.state(id)))).toEqual(['active', 'off'])
    expect(said.join()).toContain(`${bad.name} does not start`)
    await second.close()
  })
})
