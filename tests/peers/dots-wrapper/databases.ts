import { strict as assert } from 'node:assert'
import { until } from '../until.ts'
import { type Client, refused, type Scenario } from './client.ts'

/** Managed databases: cluster, databases, users, pools, who may connect. */
export const databases: Scenario = async (client, { check }) => {
  await check('what can be had', async () => {
    const { options } = (await client.database.listDatabaseOptions()).data as unknown as {
      options: Record<string, { versions: string[]; regions: string[] }>
    }
    for (const engine of ['pg', 'mysql', 'valkey']) assert.ok(options[engine]?.versions.length, engine)
  })
  const database_cluster_id = await check('a cluster comes online', async () => {
    const wanted = {
      name: 'main-db',
      engine: 'pg',
      version: '17',
      region: 'nyc3',
      size: 'db-s-1vcpu-1gb',
      num_nodes: 1,
    }
    const { status, data } = await client.database.createDatabaseCluster({ ...wanted, tags: ['peer:db'] })
    assert.equal(status, 201)
    assert.equal(data.database.status, 'creating')
    const up = await online(client, data.database.id)
    assert.partialDeepStrictEqual(up, { ...wanted, tags: ['peer:db'], db_names: ['defaultdb'] })
    const { connection } = up
    assert.match(connection.uri, /^postgres(ql)?:\/\/doadmin:.+@.+:25060\/defaultdb\?sslmode=require$/)
    assert.equal(new URL(connection.uri).password, connection.password)
    assert.deepEqual([connection.user, connection.port, connection.ssl], ['doadmin', 25060, true])
    return data.database.id
  })
  const of = { database_cluster_id }
  await check('databases are added and removed', async () => {
    assert.equal((await client.database.createDatabaseClusterDb({ ...of, db_name: 'shop' })).status, 201)
    assert.equal((await client.database.getDatabaseClusterDb({ ...of, db_name: 'shop' })).data.db.name, 'shop')
    const { dbs } = (await client.database.listDatabaseClusterDbs(of)).data
    assert.deepEqual(
      dbs.map(({ name }) => name),
      ['defaultdb', 'shop'],
    )
  })
  await check('users are added, with a password; a name only once', async () => {
    const { status, data } = await client.database.createDatabaseClusterUser({ ...of, user_name: 'app' })
    assert.equal(status, 201)
    assert.equal(data.user.role, 'normal')
    assert.ok(data.user.password)
    await refused(client.database.createDatabaseClusterUser({ ...of, user_name: 'app' }), 409, 'conflict')
    const { users } = (await client.database.listDatabaseClusterUsers(of)).data
    assert.deepEqual(
      users.map(({ name }) => name),
      ['doadmin', 'app'],
    )
  })
  await check('a pool of connections', async () => {
    const wanted = { ...of, pool_name: 'web', mode: 'transaction', size: 10, db_name: 'shop', user_name: 'app' }
    assert.equal((await client.database.createConnectionPool(wanted)).status, 201)
    const { pool } = (await client.database.getConnectionPool({ ...of, pool_name: 'web' })).data
    assert.deepEqual([pool.size, pool.db, pool.user], [10, 'shop', 'app'])
    assert.equal((await client.database.deleteConnectionPool({ ...of, pool_name: 'web' })).status, 204)
  })
  await check('who may connect', async () => {
    const rules = [{ type: 'ip_addr', value: '192.0.2.7' }]
    assert.equal((await client.database.updateDatabaseClusterFirewallRules({ ...of, rules })).status, 204)
    const listed = (await client.database.listDatabaseClusterFirewallRules(of)).data
    assert.partialDeepStrictEqual(listed.rules, rules)
  })
  await check('maintenance, resize, and online again', async () => {
    const window = { ...of, day: 'tuesday', hour: '14:00' }
    assert.equal((await client.database.configureDatabaseClusterMaintenanceWindow(window)).status, 204)
    const bigger = { ...of, size: 'db-s-2vcpu-4gb', num_nodes: 2 }
    assert.equal((await client.database.resizeDatabaseCluster(bigger)).status, 202)
    const up = await until(
      () => online(client, database_cluster_id),
      ({ size }) => size === 'db-s-2vcpu-4gb',
    )
    assert.partialDeepStrictEqual(up, { num_nodes: 2, maintenance_window: { day: 'tuesday' } })
  })
  await check('a replica to read from', async () => {
    const { status } = await client.database.createReadOnlyReplica({
      ...of,
      name: 'reader',
      region: 'fra1',
      size: 'db-s-2vcpu-4gb',
    })
    assert.equal(status, 201)
    const { replicas } = (await client.database.listReadOnlyReplicas(of)).data
    assert.deepEqual(
      replicas.map(({ name }) => name),
      ['reader'],
    )
    assert.equal(
      (await client.database.destroyReadOnlyReplica({ ...of, read_only_replica_name: 'reader' })).status,
      204,
    )
  })
  await check('users and databases go', async () => {
    assert.equal((await client.database.removeDatabaseClusterUser({ ...of, user_name: 'app' })).status, 204)
    assert.equal((await client.database.deleteDatabaseClusterDb({ ...of, db_name: 'shop' })).status, 204)
  })
  await check('a cache has a policy of what it forgets', async () => {
    const wanted = { name: 'cache', engine: 'valkey', region: 'nyc3', size: 'db-s-1vcpu-1gb', num_nodes: 1 }
    const { id } = (await client.database.createDatabaseCluster({ ...wanted, version: '8' })).data.database
    await online(client, id)
    const cache = { database_cluster_id: id }
    await client.database.configureDatabaseClusterEvictionPolicy({ ...cache, eviction_policy: 'allkeys_lru' })
    const policy = await client.database.getDatabaseClusterEvictionPolicy(cache)
    assert.equal(policy.data.eviction_policy, 'allkeys_lru')
    assert.equal((await client.database.destroyDatabaseCluster(cache)).status, 204)
  })
  await check('deleted, and then missing', async () => {
    assert.equal((await client.database.destroyDatabaseCluster(of)).status, 204)
    await refused(client.database.getDatabaseCluster(of), 404, 'not_found')
    assert.deepEqual((await client.database.listDatabaseClusters({})).data.databases, [])
  })
  await check('an unknown engine is refused', () =>
    refused(
      client.database.createDatabaseCluster({
        name: 'odd',
        engine: 'oracle',
        version: '9',
        region: 'nyc3',
        size: 'db-s-1vcpu-1gb',
        num_nodes: 1,
      }),
      422,
      'unprocessable_entity',
    ),
  )
}

const online = (client: Client, database_cluster_id: string) =>
  until(
    async () => (await client.database.getDatabaseCluster({ database_cluster_id })).data.database,
    ({ status }) => status === 'online',
  )
