import { strict as assert } from 'node:assert'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newPublicKey } from '../public-key.ts'
import { until } from '../until.ts'
import { type Doctl, type Droplet, one, plain, type Scenario } from './client.ts'

/** A droplet from its creation to its end, alone and in herds by tag. */
export const droplets: Scenario = async (doctl, { check }) => {
  const key = newPublicKey('doctl')
  const file = join(doctl.home, 'droplet.pub')
  writeFileSync(file, key.text)
  const id = await check('create --wait with a key, tags, user data, IPv6', async () => {
    await doctl('compute', 'ssh-key', 'import', 'droplet', '--public-key-file', file)
    const more = ['--ssh-keys', key.fingerprint, '--tag-names', 'doctl,doctl:one', '--user-data', '#!/bin/sh\ntrue']
    const args = ['create', 'one.example.com', ...plain, ...more, '--enable-ipv6', '--enable-monitoring', '--wait']
    const up = await one<Droplet>(doctl, 'compute', 'droplet', ...args)
    assert.equal(up.status, 'active')
    assert.deepEqual(up.tags.sort(), ['doctl', 'doctl:one'])
    assert.deepEqual(up.networks.v4.map(({ type }) => type).sort(), ['private', 'public'])
    assert.equal(up.networks.v6.length, 1)
    return String(up.id)
  })
  await check('get, by number and as columns', async () => {
    const { name } = await one<Droplet>(doctl, 'compute', 'droplet', 'get', id)
    assert.equal(name, 'one.example.com')
  })
  await check('its actions, snapshots, backups, kernels, neighbours', async () => {
    assert.partialDeepStrictEqual(await doctl('compute', 'droplet', 'actions', id), [
      { type: 'create', status: 'completed' },
    ])
    for (const what of ['snapshots', 'backups', 'kernels', 'neighbors'])
      assert.deepEqual((await doctl<unknown[] | null>('compute', 'droplet', what, id)) ?? [], [], what)
  })
  await check('tag and untag', async () => {
    await doctl('compute', 'tag', 'create', 'doctl:late')
    await doctl('compute', 'droplet', 'tag', id, '--tag-name', 'doctl:late')
    assert.deepEqual(await tagged(doctl, 'doctl:late'), [Number(id)])
    await doctl('compute', 'droplet', 'untag', id, '--tag-name', 'doctl:late')
    assert.deepEqual(await tagged(doctl, 'doctl:late'), [])
  })
  await check('several at once, found and deleted by tag', async () => {
    await doctl('compute', 'droplet', 'create', 'h-1', 'h-2', 'h-3', ...plain, '--tag-name', 'doctl:herd')
    const ids = await tagged(doctl, 'doctl:herd')
    assert.equal(ids.length, 3)
    await doctl('compute', 'droplet', 'delete', '--tag-name', 'doctl:herd', '--force')
    assert.deepEqual(await tagged(doctl, 'doctl:herd'), [])
  })
  await check('deleted by name, and then missing', async () => {
    await doctl('compute', 'droplet', 'delete', 'one.example.com', '--force')
    await until(
      () => tagged(doctl, 'doctl'),
      (ids) => ids.length === 0,
    )
    await doctl.refused(/404.*The resource you were accessing could not be found/, 'compute', 'droplet', 'get', id)
    await doctl('compute', 'ssh-key', 'delete', key.fingerprint, '--force')
  })
  await check('a wrong size, image or region is refused', async () => {
    for (const [flag, value] of [
      ['--size', 's-999vcpu'],
      ['--image', 'plan9'],
      ['--region', 'moon1'],
    ] as const)
      await doctl.refused(/422/, 'compute', 'droplet', 'create', 'wrong', ...plain, flag, value)
  })
}

async function tagged(doctl: Doctl, tag: string): Promise<number[]> {
  return (await doctl<Droplet[]>('compute', 'droplet', 'list', '--tag-name', tag)).map(({ id }) => id)
}
