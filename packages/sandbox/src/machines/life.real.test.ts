import { existsSync } from 'node:fs'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Backend, MachineSpec } from './backend.ts'
import { openBackend } from './index.ts'
import { type Client, newClient, newSpec } from './testing/clients.ts'
import { knock, until } from './testing/knock.ts'
import { running } from './testing/processes.ts'

/** Sleeps with a mark in their arguments, to look for from outside whatever namespaces they are in. */
const alive = (mark: string): Promise<number> => running(new RegExp(`^sleep ${mark}`))

describe.each(['namespace', 'process'] as const)('the life of a machine of the %s backend', (name) => {
  let backend: Backend
  let dataDir: string
  let me: Client

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'atlas-life-'))
    backend = await openBackend({ name, dataDir })
    me = await newClient()
  })
  afterAll(() => backend.close())

  const machine = async (more: Partial<MachineSpec> = {}): Promise<MachineSpec> => {
    const spec = newSpec(me, more)
    await backend.create(spec)
    await backend.powerOn(spec.id)
    return spec
  }
  const sh = async (at: MachineSpec, line: string): Promise<string> => (await me.ssh(at, [line])).out.trim()

  test('a machine is off after its creation, and every call may be repeated', async () => {
    const spec = newSpec(me)
    expect(await backend.state(spec.id)).toBe('missing')
    await backend.create(spec)
    await backend.create(spec)
    expect(await backend.state(spec.id)).toBe('off')
    await backend.powerOn(spec.id)
    await backend.powerOn(spec.id)
    expect(await backend.state(spec.id)).toBe('active')
    for (let again = 0; again < 2; again++) await backend.powerOff(spec.id, { graceful: true })
    expect(await backend.state(spec.id)).toBe('off')
    for (let again = 0; again < 2; again++) await backend.destroy(spec.id)
    expect(await backend.state(spec.id)).toBe('missing')
    expect(existsSync(join(dataDir, 'machines', String(spec.id)))).toBe(false)
  })

  test.each([true, false])(
    'power off ends what has left its session too (graceful: %s), and power on keeps the disk',
    async (graceful) => {
      const spec = await machine()
      const mark = `9${spec.id}`
      await sh(
        spec,
        `echo kept > kept; setsid -f sleep ${mark} >/dev/null 2>&1; (sleep ${mark} >/dev/null 2>&1 &) ; nohup sh -c 'trap "" TERM; sleep ${mark}; sleep ${mark}' >/dev/null 2>&1 & true`,
      )
      expect(
        await until(
          () => alive(mark),
          (count) => count === 3,
        ),
      ).toBe(3)
      await backend.powerOff(spec.id, { graceful })
      expect(await alive(mark)).toBe(0)
      expect(await knock(spec.address, spec.sshPort)).toBe('timed out')
      await backend.powerOn(spec.id)
      expect(await sh(spec, 'cat kept')).toBe('kept')
      await backend.destroy(spec.id)
      expect(await knock(spec.address, spec.sshPort)).toBe('refused')
    },
  )

  test('graceful power off lets programs finish', async () => {
    const spec = await machine()
    await sh(
      spec,
      `nohup sh -c 'trap "sleep 0.2; echo tidy > tidy; exit" TERM; while :; do sleep 0.05; done' >/dev/null 2>&1 & sleep 0.1`,
    )
    await backend.powerOff(spec.id, { graceful: true })
    await backend.powerOn(spec.id)
    expect(await sh(spec, 'cat tidy')).toBe('tidy')
    await backend.destroy(spec.id)
  })

  test('/etc/rc.local runs at every start', async () => {
    const spec = await machine()
    const path = name === 'process' ? '$ROOT/etc/rc.local' : '/etc/rc.local'
    await sh(spec, `printf '#!/bin/sh\\necho up >> "$HOME/starts"\\n' > ${path}; chmod +x ${path}`)
    for (const starts of ['up', 'up\nup']) {
      await backend.powerOff(spec.id, { graceful: true })
      await backend.powerOn(spec.id)
      const seen = await until(
        () => sh(spec, 'cat starts'),
        (now) => now === starts,
      )
      expect(seen).toBe(starts)
    }
    await backend.destroy(spec.id)
  })

  test('a snapshot keeps the disk as it was; restoring and new machines get it', async () => {
    const spec = await machine()
    await sh(
      spec,
      'mkdir -p a/b; echo one > a/b/file; ln -s a/b/file link; chmod 640 a/b/file; head -c 5000000 /dev/urandom > big',
    )
    const { bytes } = await backend.snapshot(spec.id, 'snap-1')
    expect(bytes).toBeGreaterThan(5_000_000)
    await sh(spec, 'echo two > a/b/file; rm link')
    await backend.replaceDisk(spec.id, { snapshot: 'snap-1' })
    expect(await backend.state(spec.id)).toBe('off')
    await backend.powerOn(spec.id)
    expect(await sh(spec, 'cat link; stat -c %a a/b/file')).toBe('one\n640')
    const hostKey = (at: MachineSpec) =>
      sh(at, `cut -d" " -f2 ${name === 'process' ? '$ROOT' : ''}/etc/ssh/ssh_host_ed25519_key.pub`)

    const copy = await machine({ disk: { snapshot: 'snap-1' } })
    expect(await sh(copy, 'cat link')).toBe('one')
    expect(await hostKey(copy)).not.toBe(await hostKey(spec))

    await backend.replaceDisk(spec.id, { image: 'debian-12-x64' })
    await backend.powerOn(spec.id)
    expect(await sh(spec, 'ls')).toBe('')
    await backend.deleteSnapshot('snap-1')
    expect(existsSync(join(dataDir, 'snapshots', 'snap-1'))).toBe(false)
    await expect(backend.replaceDisk(spec.id, { snapshot: 'snap-1' })).rejects.toThrow('snap-1')
    await Promise.all([backend.destroy(spec.id), backend.destroy(copy.id)])
  })

  test('a volume goes from machine to machine with its data, and can be copied', async () => {
    const [one, two] = [await machine(), await machine()]
    const mnt = name === 'process' ? '$ROOT/mnt' : '/mnt'
    await backend.createVolume({ id: 'vol-1', name: 'data', sizeGb: 1 })
    await backend.attachVolume(one.id, 'vol-1')
    await sh(one, `echo precious > ${mnt}/data/file`)
    await expect(backend.attachVolume(two.id, 'vol-1')).rejects.toThrow(`attached to ${one.name}`)
    await backend.powerOff(one.id, { graceful: false })
    await backend.powerOn(one.id)
    expect(await sh(one, `cat ${mnt}/data/file`)).toBe('precious')
    await backend.snapshotVolume('vol-1', 'vsnap-1')
    await backend.detachVolume(one.id, 'vol-1')
    expect(await sh(one, `ls ${mnt}`)).toBe('')
    await backend.attachVolume(two.id, 'vol-1')
    await sh(two, `echo changed > ${mnt}/data/file`)
    await backend.destroy(two.id)
    await backend.createVolume({ id: 'vol-2', name: 'copy', sizeGb: 1, fromSnapshot: 'vsnap-1' })
    await backend.attachVolume(one.id, 'vol-1')
    await backend.attachVolume(one.id, 'vol-2')
    expect(await sh(one, `cat ${mnt}/data/file ${mnt}/copy/file`)).toBe('changed\nprecious')
    await backend.destroy(one.id)
    await Promise.all([backend.deleteVolume('vol-1'), backend.deleteVolume('vol-2')])
  })

  test('a machine takes its new name', async () => {
    const spec = await machine()
    await backend.rename(spec.id, 'renamed')
    expect(await sh(spec, `cat ${name === 'process' ? '$ROOT' : ''}/etc/hostname`)).toBe('renamed')
    if (name === 'namespace') expect(await sh(spec, 'uname -n')).toBe('renamed')
    await backend.destroy(spec.id)
  })

  test('a partition makes connections time out and open ones stand still, until it is healed', async () => {
    const spec = await machine()
    const open = me.ssh(spec, ['echo before; sleep 0.5; echo after'])
    await new Promise((resolve) => setTimeout(resolve, 250))
    await backend.setFault(spec.id, { kind: 'partition' })
    expect(await knock(spec.address, spec.sshPort)).toBe('timed out')
    expect(await Promise.race([open, new Promise((resolve) => setTimeout(resolve, 700, 'nothing'))])).toBe('nothing')
    await backend.setFault(spec.id, undefined)
    expect((await open).out).toBe('before\nafter\n')
    expect(await knock(spec.address, spec.sshPort)).toMatch(/^SSH-2.0/)
    await backend.destroy(spec.id)
  })

  test('a hanging machine accepts connections and says nothing, and goes on where it stood', async () => {
    const spec = await machine()
    await sh(spec, 'nohup sh -c "while :; do date +%s%N > ticks; sleep 0.02; done" >/dev/null 2>&1 & sleep 0.1')
    await backend.setFault(spec.id, { kind: 'hang' })
    expect(await knock(spec.address, spec.sshPort)).toBe('silent')
    const ticks = join(dataDir, 'machines', String(spec.id), 'disk/root/root/ticks')
    const [before] = [await readFile(ticks, 'utf8'), await new Promise((resolve) => setTimeout(resolve, 200))]
    expect(await readFile(ticks, 'utf8')).toBe(before)
    await backend.setFault(spec.id, undefined)
    expect(await knock(spec.address, spec.sshPort)).toMatch(/^SSH-2.0/)
    expect(
      await until(
        () => readFile(ticks, 'utf8'),
        (now) => now !== before,
      ),
    ).not.toBe(before)
    await backend.destroy(spec.id)
  })

  test('a crash leaves no process and an off machine that can be started again', async () => {
    const spec = await machine()
    const mark = `8${spec.id}`
    await sh(spec, `setsid -f sleep ${mark} >/dev/null 2>&1`)
    await backend.setFault(spec.id, { kind: 'crash' })
    expect([await backend.state(spec.id), await alive(mark)]).toEqual(['off', 0])
    await backend.powerOn(spec.id)
    expect(await sh(spec, 'echo back')).toBe('back')
    await backend.destroy(spec.id)
  })
})
