import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Backend, MachineSpec } from './backend.ts'
import { openBackend } from './index.ts'
import { newKey } from './ssh/key.ts'
import { type Client, client, newClient, newSpec } from './testing/clients.ts'
import { until } from './testing/knock.ts'

describe.each(['namespace', 'process'] as const)('the first boot of a machine of the %s backend', (name) => {
  let backend: Backend
  let me: Client
  const root = name === 'process' ? '$ROOT' : ''

  beforeAll(async () => {
    backend = await openBackend({ name, dataDir: await mkdtemp(join(tmpdir(), 'atlas-first-boot-')) })
    me = await newClient()
  })
  afterAll(() => backend.close())

  const boot = async (userData: string): Promise<MachineSpec> => {
    const spec = newSpec(me, { userData })
    await backend.create(spec)
    await backend.powerOn(spec.id)
    await until(
      () => sh(spec, `ls ${root}/var/lib/cloud/instance`),
      (names) => names.includes('boot-finished'),
    )
    return spec
  }
  const sh = async (at: MachineSpec, line: string) => (await me.ssh(at, [line])).out.trim()

  test('runs a script once, with its output in cloud-init-output.log', async () => {
    const spec = await boot('#!/bin/bash\necho "hello from $USER"; echo complaint >&2; echo run >> ~/runs\n')
    expect(await sh(spec, `cat ${root}/var/log/cloud-init-output.log`)).toBe('hello from root\ncomplaint')
    await backend.powerOff(spec.id, { graceful: true })
    await backend.powerOn(spec.id)
    expect(await sh(spec, 'cat runs')).toBe('run')
    await backend.replaceDisk(spec.id, { image: 'debian-12-x64' })
    await backend.powerOn(spec.id)
    expect(
      await until(
        () => sh(spec, 'cat runs'),
        (runs) => runs === 'run',
      ),
    ).toBe('run')
    await backend.destroy(spec.id)
  })

  test('writes files and runs commands of cloud-config, bootcmd at every start', async () => {
    const spec = await boot(`#cloud-config
bootcmd: [ 'echo boot >> ${root}/etc/boots' ]
write_files: [ { path: /etc/app.conf, content: "port=1\\n", permissions: '0600' } ]
runcmd: [ 'cat ${root}/etc/app.conf > ~/copy', [ touch, /nowhere/at/all ] ]
packages: [ git, not-a-package ]
`)
    await backend.powerOff(spec.id, { graceful: true })
    await backend.powerOn(spec.id)
    expect(await sh(spec, `cat copy ${root}/etc/boots; stat -c %a ${root}/etc/app.conf`)).toBe(
      'port=1\nboot\nboot\n600',
    )
    const log = await sh(spec, `cat ${root}/var/log/cloud-init-output.log`)
    expect(log).toContain('package not-a-package')
    expect(log).toMatch(/git/)
    await backend.destroy(spec.id)
  })

  test('lets users of cloud-config log in with their keys, and only them', async () => {
    const spec = await boot(`#cloud-config
users: [ { name: deploy, ssh_authorized_keys: [ "${me.publicKey}" ] }, { name: guest } ]
`)
    const as = (user: string, line: string) =>
      client(['ssh', ...me.options, '-p', String(spec.sshPort), `${user}@${spec.address}`, line])
    expect((await as('deploy', 'echo $USER; basename $HOME; touch mine && echo written')).out).toBe(
      'deploy\ndeploy\nwritten\n',
    )
    expect((await as('guest', 'true')).code).toBe(255)
    expect((await as('nobody-knows', 'true')).code).toBe(255)
    const realIds = name === 'namespace' && process.getuid!() === 0
    if (realIds) {
      expect((await as('deploy', 'id -un; id -u; cat /root/.profile 2>&1; sudo -n true 2>&1 | head -1')).out).toMatch(
        /^deploy\n1000\n.*Permission denied/,
      )
      expect(await sh(spec, 'stat -c %U /home/deploy/mine')).toBe('deploy')
    }
    const sftp = await client(
      ['sftp', '-q', ...me.options, '-P', String(spec.sshPort), '-b', '-', `deploy@${spec.address}`],
      'ls\n',
    )
    expect(sftp).toMatchObject({ code: 0, out: expect.stringContaining('mine') })
    await backend.destroy(spec.id)
  })

  test('takes a host key that was made before the machine', async () => {
    const { private: secret, public: known } = newKey('made before')
    const indented = secret
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`)
      .join('\n')
    const spec = await boot(`#cloud-config\nssh_keys:\n  ed25519_private: |\n${indented}\n  ed25519_public: ${known}\n`)
    const { out } = await client(['ssh-keyscan', '-t', 'ed25519', '-p', String(spec.sshPort), spec.address])
    expect(out).toContain(known.split(' ')[1])
    await backend.destroy(spec.id)
  })
})
