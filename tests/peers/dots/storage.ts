import { strict as assert } from 'node:assert'
import { activeDroplet, completed, missing, refused, type Scenario } from './client.ts'

/** Volumes and their snapshots; databases. */
export const storage: Scenario = async (client, { check }) => {
  const { v2 } = client
  await check('a volume: attached, resized, detached, kept in a snapshot, deleted', async () => {
    const wanted = { name: 'data', region: 'nyc3', sizeGigabytes: 10, filesystemType: 'ext4', description: 'a peer’s' }
    const { volume } = await v2.volumes.post(wanted)
    await refused(v2.volumes.post(wanted), 409, /exists/)
    const { id: dropletId } = await activeDroplet(client, 'disk-holder')
    const one = v2.volumes.byVolume_id(volume.id)
    await completed(client, one.actions.post({ type: 'attach', dropletId, region: 'nyc3' }), 'attach_volume')
    assert.deepEqual((await one.get()).volume.dropletIds, [dropletId])
    await completed(client, one.actions.post({ type: 'resize', sizeGigabytes: 20, region: 'nyc3' }), 'resize')
    await completed(client, one.actions.post({ type: 'detach', dropletId, region: 'nyc3' }), 'detach_volume')
    assert.partialDeepStrictEqual((await one.get()).volume, { sizeGigabytes: 20, dropletIds: [] })
    const { snapshot } = await one.snapshots.post({ name: 'monday' })
    const listed = await v2.snapshots.get({ queryParameters: { resourceType: 'volume' } })
    assert.deepEqual(
      listed.snapshots.map(({ id }) => id),
      [snapshot.id],
    )
    await v2.snapshots.bySnapshot_id(snapshot.id).delete()
    await one.delete()
    await missing(one.get())
    await v2.droplets.byDroplet_id(dropletId).delete()
  })
}
