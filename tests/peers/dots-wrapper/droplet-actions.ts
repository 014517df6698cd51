import { strict as assert } from 'node:assert'
import { activeDroplet, completed, gone, missing, refused, type Scenario } from './client.ts'

/** Everything that can be done to a droplet that is there. */
export const dropletActions: Scenario = async (client, { check }) => {
  const { id: droplet_id } = await check('a droplet to act on', () => activeDroplet(client, 'actor'))
  const status = async () => (await client.droplet.getDroplet({ droplet_id })).data.droplet.status
  const droplet = async () => (await client.droplet.getDroplet({ droplet_id })).data.droplet

  await check('powered off and on', async () => {
    await completed(client, client.droplet.powerOffDroplet({ droplet_id }), 'power_off')
    assert.equal(await status(), 'off')
    await completed(client, client.droplet.powerOnDroplet({ droplet_id }), 'power_on')
    assert.equal(await status(), 'active')
  })
  await check('what is on already is not powered on', () =>
    refused(client.droplet.powerOnDroplet({ droplet_id }), 422, 'unprocessable_entity'),
  )
  await check('rebooted, power cycled, shut down', async () => {
    await completed(client, client.droplet.rebootDroplet({ droplet_id }), 'reboot')
    await completed(client, client.droplet.powerCycleDroplet({ droplet_id }), 'power_cycle')
    await completed(client, client.droplet.shutdownDroplet({ droplet_id }), 'shutdown')
    assert.equal(await status(), 'off')
  })
  await check('resized, with and without its disk', async () => {
    await completed(client, client.droplet.resizeDroplet({ droplet_id, size: 's-1vcpu-2gb', disk: false }), 'resize')
    assert.deepEqual([(await droplet()).size_slug, (await droplet()).disk], ['s-1vcpu-2gb', 25])
    await completed(client, client.droplet.resizeDroplet({ droplet_id, size: 's-1vcpu-2gb', disk: true }), 'resize')
    assert.equal((await droplet()).disk, 50)
  })
  await check('a disk never shrinks', () =>
    refused(client.droplet.resizeDroplet({ droplet_id, size: 's-1vcpu-1gb', disk: true }), 422, 'unprocessable_entity'),
  )
  await check('of two at once one is refused', async () => {
    const both = await Promise.allSettled([0, 1].map(() => client.droplet.powerOnDroplet({ droplet_id })))
    const [won] = both.filter((each) => each.status === 'fulfilled')
    const [lost, ...none] = both.filter((each) => each.status === 'rejected')
    assert.ok(won && lost && none.length === 0)
    const message = 'Droplet already has a pending event.'
    await refused(Promise.reject(lost.reason), 422, 'unprocessable_entity', message)
    await completed(client, Promise.resolve(won.value), 'power_on')
  })
  await check('renamed', async () => {
    await completed(client, client.droplet.renameDroplet({ droplet_id, name: 'renamed.example.com' }), 'rename')
    assert.equal((await droplet()).name, 'renamed.example.com')
  })
  await check('IPv6, backups, a new password', async () => {
    await completed(client, client.droplet.enableDropletIpv6({ droplet_id }), 'enable_ipv6')
    await completed(client, client.droplet.enableDropletBackups({ droplet_id }), 'enable_backups')
    const { features } = await droplet()
    assert.ok(features.includes('ipv6') && features.includes('backups'), features.join())
    await completed(client, client.droplet.disableDropletBackups({ droplet_id }), 'disable_backups')
    await completed(client, client.droplet.resetDropletPassword({ droplet_id }), 'password_reset')
  })

  const snapshot = await check('a snapshot, which is an image too', async () => {
    await completed(client, client.droplet.snapshotDroplet({ droplet_id, name: 'before' }), 'snapshot')
    const [made] = (await client.droplet.listDropletSnapshots({ droplet_id })).data.snapshots
    const image_id = Number(made?.id)
    const { image } = (await client.image.getImage({ image_id })).data
    assert.deepEqual([image.name, image.type, image.public], ['before', 'snapshot', false])
    assert.ok((await droplet()).snapshot_ids.map(Number).includes(image_id))
    const listed = (await client.snapshot.listSnapshots({ resource_type: 'droplet' })).data.snapshots
    assert.partialDeepStrictEqual(listed, [{ id: String(image_id), resource_id: String(droplet_id) }])
    return image_id
  })
  await check('restored from it, and rebuilt from another', async () => {
    await completed(client, client.droplet.restoreDroplet({ droplet_id, image: snapshot }), 'restore')
    await completed(client, client.droplet.rebuildDroplet({ droplet_id, image: 'debian-13-x64' }), 'rebuild')
    const { image } = await droplet()
    assert.equal((image as { slug: string }).slug, 'debian-13-x64')
  })
  // It is not renamed here: dots-wrapper 3.12.12 sends POST where the API has PUT.
  await check('an image is found among the own ones, and transferred', async () => {
    const { data } = await client.image.listImages({ user_images: true })
    assert.partialDeepStrictEqual(data.images, [{ id: snapshot, name: 'before', type: 'snapshot' }])
    await completed(client, client.image.transferImage({ image_id: snapshot, region: 'fra1' }), 'transfer')
    const { regions } = (await client.image.getImage({ image_id: snapshot })).data.image
    assert.deepEqual(regions.sort(), ['fra1', 'nyc3'])
  })
  await check('actions are listed newest first, for the droplet and for the account', async () => {
    const { data } = await client.droplet.listDropletActions({ droplet_id, per_page: 5 })
    assert.equal(data.actions[0]?.type, 'rebuild')
    const [first] = data.actions
    const one = await client.droplet.getDropletAction({ droplet_id, action_id: first!.id })
    assert.deepEqual(one.data.action, first)
    assert.ok(((await client.action.listActions({})).data.meta?.total ?? 0) > 10)
    await missing(client.action.getAction({ action_id: 1 }))
  })
  await check('the snapshot outlives its droplet, and then goes', async () => {
    await client.droplet.deleteDroplet({ droplet_id })
    await gone(client, droplet_id)
    assert.equal((await client.snapshot.getSnapshot({ snapshot_id: snapshot })).data.snapshot.name, 'before')
    assert.equal((await client.snapshot.deleteSnapshot({ snapshot_id: snapshot })).status, 204)
    await missing(client.image.getImage({ image_id: snapshot }))
  })
  await check('an action on what is gone', () => missing(client.droplet.powerOnDroplet({ droplet_id })))
}
