import { strict as assert } from 'node:assert'
import { active, activeDroplet, type Client, gone, missing, notFound, refused, type Scenario } from './client.ts'

const plain = { region: 'nyc3', size: 's-1vcpu-1gb', image: 'ubuntu-24-04-x64' }

/** A droplet from its creation to its end, alone and in herds by tag. */
export const droplets: Scenario = async (client, { check }) => {
  const id = await check('a new droplet has no address until it is active', async () => {
    const tags = ['peer:one']
    const response = await client.droplet.createDroplet({ ...plain, name: 'one.example.com', ipv6: true, tags })
    assert.equal(response.status, 202)
    const { droplet, links } = response.data as typeof response.data & { links: { actions: { rel: string }[] } }
    assert.deepEqual([droplet.status, droplet.networks.v4], ['new', []])
    assert.equal(links.actions[0]?.rel, 'create')
    const up = await active(client, droplet.id)
    assert.equal(up.size_slug, plain.size)
    assert.deepEqual(up.networks.v4.map(({ type }) => type).sort(), ['private', 'public'])
    assert.equal(up.networks.v6.length, 1)
    return droplet.id
  })
  await check('its creation is an action that completed', async () => {
    const { data } = await client.droplet.listDropletActions({ droplet_id: id })
    assert.partialDeepStrictEqual(data.actions, [{ type: 'create', status: 'completed', resource_id: id }])
  })
  await check('it is found by its tag, and only so', async () => {
    assert.deepEqual(await tagged(client, 'peer:one'), [id])
    assert.deepEqual(await tagged(client, 'peer:none'), [])
  })
  await check('it has no snapshots, backups, kernels', async () => {
    assert.deepEqual((await client.droplet.listDropletSnapshots({ droplet_id: id })).data.snapshots, [])
    assert.deepEqual((await client.droplet.listDropletBackups({ droplet_id: id })).data.backups, [])
    assert.deepEqual((await client.droplet.listDropletKernels({ droplet_id: id })).data.kernels, [])
  })
  await check('it is deleted, and then missing', async () => {
    assert.equal((await client.droplet.deleteDroplet({ droplet_id: id })).status, 204)
    await gone(client, id)
    await missing(client.droplet.getDroplet({ droplet_id: id }), notFound)
    await missing(client.droplet.deleteDroplet({ droplet_id: id }))
  })

  await check('five at once are listed two by two, each once', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'].map((name) => `herd-${name}`)
    const { data } = await client.droplet.createDroplets({ ...plain, names, tags: ['herd'] })
    assert.deepEqual(
      data.droplets.map(({ name }) => name),
      names,
    )
    for (const droplet of data.droplets) await active(client, droplet.id)
    const found: string[] = []
    for (const page of [1, 2, 3]) {
      const listing = (await client.droplet.listDroplets({ page, per_page: 2, tag_name: 'herd' })).data
      assert.equal(listing.meta?.total, 5)
      assert.equal(Boolean(listing.links?.pages?.next), page < 3)
      assert.equal(Boolean(listing.links?.pages?.prev), page > 1)
      if (listing.links?.pages?.next) assert.match(listing.links.pages.next, /tag_name=herd/)
      found.push(...listing.droplets.map(({ name }) => name))
    }
    assert.deepEqual(found.sort(), names)
  })
  await check('an action by tag reaches all of them', async () => {
    const { data } = await client.droplet.doActionByDropletTag({ tag_name: 'herd', type: 'power_off' })
    assert.equal(data.actions.length, 5)
  })
  await check('all are deleted by tag', async () => {
    assert.equal((await client.droplet.deleteDropletsByTag({ tag_name: 'herd' })).status, 204)
    assert.deepEqual(await tagged(client, 'herd'), [])
  })

  await check('one goes with what belongs to it', async () => {
    const { id: droplet_id } = await activeDroplet(client, 'associated')
    const { data } = await client.droplet.listDropletAssociatedResources({ droplet_id })
    assert.partialDeepStrictEqual(data, { snapshots: [], volumes: [], volume_snapshots: [] })
    const ended = await client.droplet.destroyDropletAndAllAssociatedResources({ droplet_id, acknowledge: true })
    assert.equal(ended.status, 202)
    await gone(client, droplet_id)
  })

  for (const [what, wrong] of [
    ['size', { size: 's-999vcpu' }],
    ['image', { image: 'plan9' }],
    ['region', { region: 'moon1' }],
    ['name', { name: 'not a host name!' }],
    ['key', { ssh_keys: [1] }],
  ] satisfies [string, object][])
    await check(`a wrong ${what} is refused`, () =>
      refused(client.droplet.createDroplet({ ...plain, name: 'wrong', ...wrong }), 422, 'unprocessable_entity'),
    )
}

async function tagged(client: Client, tag_name: string): Promise<number[]> {
  return (await client.droplet.listDroplets({ tag_name })).data.droplets.map(({ id }) => id)
}
