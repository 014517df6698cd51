import { strict as assert } from 'node:assert'
import { until } from '../until.ts'
import { activeDroplet, missing, type Scenario } from './client.ts'

/** Projects and tags; a database with its databases, users and rules. */
export const sorting: Scenario = async (client, { check }) => {
  const { v2 } = client
  await check('a droplet is tagged and put into a project', async () => {
    const { id } = await activeDroplet(client, 'sorted')
    await v2.tags.post({ name: 'dots:sort' })
    const tag = v2.tags.byTag_id('dots:sort')
    await tag.resources.post({ resources: [{ resourceId: String(id), resourceType: 'droplet' }] })
    assert.equal((await tag.get()).tag.resources.count, 1)
    const { project } = await v2.projects.post({ name: 'shop', purpose: 'Web Application' })
    const one = v2.projects.byProject_id(project.id)
    const { resources } = await one.resources.post({ resources: [`do:droplet:${id}`] })
    assert.partialDeepStrictEqual(resources, [{ urn: `do:droplet:${id}`, status: 'assigned' }])
    await v2.droplets.byDroplet_id(id).delete()
    await tag.delete()
    await missing(tag.get())
    await until(
      async () =>
        one.delete().then(
          () => true,
          () => false,
        ),
      Boolean,
    )
    await missing(one.get())
  })
  await check('a database from its creation to its end', async () => {
    const wanted = { name: 'main-db', engine: 'pg', version: '17', region: 'nyc3', size: 'db-s-1vcpu-1gb', numNodes: 1 }
    const { id } = (await v2.databases.post(wanted)).database
    const one = v2.databases.byDatabase_cluster_uuid(id)
    const online = () =>
      until(
        async () => (await one.get()).database,
        ({ status }) => status === 'online',
      )
    assert.equal((await online()).connection.port, 25060)
    await one.dbs.post({ name: 'shop' })
    assert.deepEqual(
      (await one.dbs.get()).dbs.map(({ name }) => name),
      ['defaultdb', 'shop'],
    )
    assert.ok((await one.users.post({ name: 'app' })).user.password)
    await one.firewall.put({ rules: [{ type: 'ip_addr', value: '192.0.2.7' }] })
    assert.partialDeepStrictEqual((await one.firewall.get()).rules, [{ type: 'ip_addr', value: '192.0.2.7' }])
    await one.resize.put({ size: 'db-s-2vcpu-4gb', numNodes: 2 })
    await until(online, ({ numNodes }) => numNodes === 2)
    await one.delete()
    await missing(one.get())
  })
}
