import { strict as assert } from 'node:assert'
import { until } from '../until.ts'
import { activeDroplet, type Client, completed, gone, missing, refused, type Scenario } from './client.ts'

/** Volumes, their attachment and their snapshots. */
export const storage: Scenario = async (client, { check }) => {
  const region = 'nyc3'
  const volume_id = await check('a volume is made', async () => {
    const wanted = { name: 'data', region, size_gigabytes: 10, filesystem_type: 'ext4', filesystem_label: 'data' }
    const { status, data } = await client.volume.createVolume({
      ...wanted,
      description: 'a peer’s',
      tags: ['peer:disk'],
    })
    assert.equal(status, 201)
    const { name, size_gigabytes, filesystem_type, filesystem_label, droplet_ids, tags } = data.volume
    assert.deepEqual(
      { name, size_gigabytes, filesystem_type, filesystem_label, droplet_ids, tags },
      {
        name: 'data',
        size_gigabytes: 10,
        filesystem_type: 'ext4',
        filesystem_label: 'data',
        droplet_ids: [],
        tags: ['peer:disk'],
      },
    )
    return data.volume.id
  })
  await check('its name is taken in that region', () =>
    refused(client.volume.createVolume({ name: 'data', region, size_gigabytes: 1 }), 409, 'conflict'),
  )
  await check('a volume without a size is refused', () =>
    refused(client.volume.createVolume({ name: 'none', region, size_gigabytes: 0 }), 422, 'unprocessable_entity'),
  )
  const { id: droplet_id } = await check('a droplet to attach to', () => activeDroplet(client, 'disk-holder'))
  await check('attached, as both ends tell', async () => {
    await completed(client, client.volume.attachVolumeToDroplet({ volume_id, droplet_id, region }), 'attach_volume')
    assert.deepEqual((await client.volume.getVolume({ volume_id })).data.volume.droplet_ids, [droplet_id])
    assert.deepEqual((await client.droplet.getDroplet({ droplet_id })).data.droplet.volume_ids, [volume_id])
  })
  await check('an attached volume is not deleted', () =>
    refused(client.volume.deleteVolume({ volume_id }), 409, 'conflict'),
  )
  await check('resized, but never smaller', async () => {
    await completed(client, client.volume.resizeVolume({ volume_id, region, size_gigabytes: 20 }), 'resize')
    assert.equal((await client.volume.getVolume({ volume_id })).data.volume.size_gigabytes, 20)
    await refused(client.volume.resizeVolume({ volume_id, region, size_gigabytes: 5 }), 422, 'unprocessable_entity')
  })
  await check('detached; its actions are listed newest first', async () => {
    await completed(client, client.volume.detachVolumeFromDroplet({ volume_id, droplet_id, region }), 'detach_volume')
    const { data } = await client.volume.listVolumeActions({ volume_id })
    assert.deepEqual(
      data.actions.map(({ type }) => type),
      ['detach_volume', 'resize', 'attach_volume'],
    )
    const [last] = data.actions
    assert.deepEqual((await client.volume.getVolumeAction({ volume_id, action_id: last!.id })).data.action, last)
  })
  const snapshot_id = await check('a snapshot of it, by number and in both listings', async () => {
    const { status, data } = await client.volume.createVolumeSnapshot({
      volume_id,
      name: 'monday',
      tags: ['peer:disk'],
    })
    assert.equal(status, 201)
    const { id } = data.snapshot
    assert.partialDeepStrictEqual(data.snapshot, { name: 'monday', resource_type: 'volume', resource_id: volume_id })
    const ofVolume = (await client.volume.listVolumeSnapshots({ volume_id })).data.snapshots
    const ofAccount = (await client.snapshot.listSnapshots({ resource_type: 'volume' })).data.snapshots
    assert.deepEqual(
      ofVolume.map((each) => each.id),
      [id],
    )
    assert.deepEqual(
      ofAccount.map((each) => each.id),
      [id],
    )
    return id
  })
  const copy = await check('a volume from the snapshot', async () => {
    const wanted = { name: 'copy', region, snapshot_id, size_gigabytes: 20 }
    return (await client.volume.createVolume(wanted)).data.volume.id
  })
  await check('found by name, and by page', async () => {
    const byName = (await client.volume.listVolumes({ name: 'copy' })).data
    assert.deepEqual(
      byName.volumes.map(({ id }) => id),
      [copy],
    )
    const first = (await client.volume.listVolumes({ page: 1, per_page: 1 })).data
    assert.deepEqual([first.volumes.length, first.meta?.total, Boolean(first.links?.pages?.next)], [1, 2, true])
  })
  await check('tags count what they mark', async () => {
    const { resources } = (await client.tag.getTag({ tag_name: 'peer:disk' })).data.tag
    assert.deepEqual([resources.volumes.count, resources.volume_snapshots.count, resources.count], [1, 1, 2])
  })
  await check('deleted by number and by name, then missing', async () => {
    await client.snapshot.deleteSnapshot({ snapshot_id })
    await missing(client.snapshot.getSnapshot({ snapshot_id }))
    assert.equal((await client.volume.deleteVolume({ volume_id })).status, 204)
    await client.volume.deleteVolumeByName({ volume_name: 'copy', region })
    await missing(client.volume.getVolume({ volume_id }))
    await missing(client.volume.getVolume({ volume_id: copy }))
  })
  await check('a droplet’s end leaves its volume behind, detached', async () => {
    await leaveBehind(client, droplet_id, region)
  })
}

async function leaveBehind(client: Client, droplet_id: number, region: string): Promise<void> {
  const { id: volume_id } = (await client.volume.createVolume({ name: 'left', region, size_gigabytes: 1 })).data.volume
  await completed(client, client.volume.attachVolumeToDroplet({ volume_id, droplet_id, region }), 'attach_volume')
  await client.droplet.deleteDroplet({ droplet_id })
  await gone(client, droplet_id)
  await until(
    async () => (await client.volume.getVolume({ volume_id })).data.volume.droplet_ids,
    (ids) => ids.length === 0,
  )
  await client.volume.deleteVolume({ volume_id })
}
