import { strict as assert } from 'node:assert'
import { until } from '../until.ts'
import { activeDroplet, completed, missing, refused, type Scenario } from './client.ts'

/** A droplet from its creation to its end. */
export const droplets: Scenario = async (client, { check }) => {
  const { droplets } = client.v2
  const { id } = await check('a droplet gets its addresses', async () => {
    const up = await activeDroplet(client, 'dots.example.com', { tags: ['dots'], ipv6: true, backups: false })
    assert.deepEqual([up.name, up.tags], ['dots.example.com', ['dots']])
    return up
  })
  const one = droplets.byDroplet_id(id)
  const act = (type: string, more: object = {}) => completed(client, one.actions.post({ type, ...more }), type)

  await check('off, resized, on, renamed', async () => {
    await act('power_off')
    await act('resize', { size: 's-2vcpu-2gb', disk: true })
    await act('power_on')
    await act('rename', { name: 'renamed' })
    assert.partialDeepStrictEqual(await one.get(), {
      droplet: { status: 'active', name: 'renamed', sizeSlug: 's-2vcpu-2gb' },
    })
  })
  await check('a snapshot, a restore from it, a rebuild', async () => {
    await act('snapshot', { name: 'before' })
    const [snapshot] = (await one.snapshots.get()).snapshots
    await act('restore', { image: snapshot!.id })
    // By number: the client sends a slug without quotes.
    const { images } = await client.v2.images.get({ queryParameters: { type: 'distribution', perPage: 200 } })
    await act('rebuild', { image: images.find(({ slug }) => slug === 'debian-13-x64')?.id })
    await client.v2.snapshots.bySnapshot_id(snapshot!.id).delete()
  })
  await check('its actions, newest first', async () => {
    const { actions, meta } = await one.actions.get({ queryParameters: { perPage: 2 } })
    assert.deepEqual(
      actions.map(({ type }) => type),
      ['rebuild', 'restore'],
    )
    assert.equal(meta.total, 8)
  })
  await check('listed by tag, deleted by tag, then missing', async () => {
    const byTag = { queryParameters: { tagName: 'dots' } }
    assert.deepEqual(
      (await droplets.get(byTag)).droplets.map((each) => each.id),
      [id],
    )
    await droplets.delete(byTag)
    await until(
      async () => (await droplets.get(byTag)).meta.total,
      (total) => total === 0,
    )
    await missing(one.get())
  })
  await check('a wrong size is refused', () =>
    refused(droplets.post({ name: 'x', region: 'nyc3', size: 'none', image: 'ubuntu-24-04-x64' }), 422, /invalid size/),
  )
}
