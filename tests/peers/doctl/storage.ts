import { strict as assert } from 'node:assert'
import { activeDroplet, completed, type Droplet, one, type Scenario } from './client.ts'

interface Volume {
  id: string
  name: string
  size_gigabytes: number
  droplet_ids: number[]
  filesystem_type: string
  tags: string[]
}

/** Volumes, their attachment and their snapshots. */
export const storage: Scenario = async (doctl, { check }) => {
  const volume = ['compute', 'volume']
  const id = await check('volume create', async () => {
    const more = [
      '--region',
      'nyc3',
      '--size',
      '10GiB',
      '--fs-type',
      'ext4',
      '--desc',
      'a peer’s',
      '--tag',
      'doctl:disk',
    ]
    const made = await one<Volume>(doctl, ...volume, 'create', 'data', ...more)
    assert.partialDeepStrictEqual(made, {
      name: 'data',
      size_gigabytes: 10,
      filesystem_type: 'ext4',
      tags: ['doctl:disk'],
    })
    return made.id
  })
  await check('its name is taken in that region', () =>
    doctl.refused(/409/, ...volume, 'create', 'data', '--region', 'nyc3', '--size', '1GiB'),
  )
  const droplet = await check('attach, as both ends tell', async () => {
    const made = String((await activeDroplet(doctl, 'disk-holder')).id)
    await completed(doctl, 'attach_volume', 'compute', 'volume-action', 'attach', id, made)
    assert.deepEqual((await one<Volume>(doctl, ...volume, 'get', id)).droplet_ids, [Number(made)])
    assert.deepEqual((await one<Droplet>(doctl, 'compute', 'droplet', 'get', made)).volume_ids, [id])
    return made
  })
  await check('an attached volume is not deleted', () => doctl.refused(/409/, ...volume, 'delete', id, '--force'))
  await check('resize, list by region, detach', async () => {
    await completed(doctl, 'resize', 'compute', 'volume-action', 'resize', id, '--size', '20', '--region', 'nyc3')
    const listed = await doctl<Volume[]>(...volume, 'list', '--region', 'nyc3')
    assert.deepEqual(
      listed.map(({ size_gigabytes }) => size_gigabytes),
      [20],
    )
    assert.deepEqual(await doctl(...volume, 'list', '--region', 'fra1'), [])
    await completed(doctl, 'detach_volume', 'compute', 'volume-action', 'detach', id, droplet)
  })
  await check('snapshot, and a volume from it', async () => {
    await doctl(...volume, 'snapshot', id, '--snapshot-name', 'monday', '--tag', 'doctl:disk')
    const snapshot = await one<{ id: string; resource_id: string }>(
      doctl,
      'compute',
      'snapshot',
      'list',
      '--resource',
      'volume',
    )
    assert.equal(snapshot.resource_id, id)
    const copy = await one<Volume>(doctl, ...volume, 'create', 'copy', '--snapshot', snapshot.id, '--size', '20GiB')
    assert.equal(copy.size_gigabytes, 20)
    await doctl('compute', 'snapshot', 'delete', snapshot.id, '--force')
    await doctl(...volume, 'delete', copy.id, '--force')
  })
  await check('deleted, and then missing', async () => {
    await doctl(...volume, 'delete', id, '--force')
    await doctl.refused(/404/, ...volume, 'get', id)
    await doctl('compute', 'droplet', 'delete', droplet, '--force')
  })
}
