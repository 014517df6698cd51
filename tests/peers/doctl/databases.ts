import { strict as assert } from 'node:assert'
import { until } from '../until.ts'
import { one, type Scenario } from './client.ts'

interface Cluster {
  id: string
  status: string
  size: string
  num_nodes: number
}

/** Managed databases: cluster, databases, users, pools, replicas, who may connect. */
export const databases: Scenario = async (doctl, { check }) => {
  const db = (...args: string[]) => doctl('databases', ...args)
  const get = (id: string) => one<Cluster>(doctl, 'databases', 'get', id)
  const online = (id: string) =>
    until(
      () => get(id),
      ({ status }) => status === 'online',
    )

  await check('what can be had', async () => {
    assert.ok(JSON.stringify(await db('options', 'engines')).includes('pg'))
    assert.ok(JSON.stringify(await db('options', 'versions', '--engine', 'pg')).includes('17'))
    assert.ok(JSON.stringify(await db('options', 'slugs', '--engine', 'pg')).includes('db-s-1vcpu-1gb'))
  })
  const id = await check('create, and online after a moment', async () => {
    const more = [
      '--engine',
      'pg',
      '--version',
      '17',
      '--region',
      'nyc3',
      '--size',
      'db-s-1vcpu-1gb',
      '--num-nodes',
      '1',
    ]
    const made = await one<Cluster>(doctl, 'databases', 'create', 'main-db', ...more, '--tag', 'doctl:db')
    assert.equal(made.status, 'creating')
    await online(made.id)
    assert.partialDeepStrictEqual(await db('list'), [{ id: made.id, name: 'main-db', engine: 'pg', version: '17' }])
    return made.id
  })
  await check('how to connect', async () => {
    const connection = await doctl<{ uri: string; port: number }>('databases', 'connection', id)
    assert.equal(connection.port, 25060)
    assert.match(connection.uri, /^postgres(ql)?:\/\/doadmin:/)
    await db('connection', id, '--private')
  })
  await check('databases and users', async () => {
    await db('db', 'create', id, 'shop')
    assert.deepEqual(await db('db', 'list', id), [{ name: 'defaultdb' }, { name: 'shop' }])
    await db('user', 'create', id, 'app')
    const before = await one<{ password: string }>(doctl, 'databases', 'user', 'get', id, 'app')
    await db('user', 'reset', id, 'app')
    const after = await one<{ password: string }>(doctl, 'databases', 'user', 'get', id, 'app')
    assert.notEqual(after.password, before.password)
  })
  await check('a pool', async () => {
    await db('pool', 'create', id, 'web', '--db', 'shop', '--size', '10', '--user', 'app')
    assert.partialDeepStrictEqual(await db('pool', 'list', id), [{ name: 'web', size: 10, mode: 'transaction' }])
    await db('pool', 'delete', id, 'web', '--force')
  })
  await check('who may connect', async () => {
    await db('firewalls', 'append', id, '--rule', 'ip_addr:192.0.2.7')
    await db('firewalls', 'append', id, '--rule', 'tag:doctl:web')
    const rules = await doctl<{ uuid: string; type: string }[]>('databases', 'firewalls', 'list', id)
    assert.deepEqual(rules.map(({ type }) => type).sort(), ['ip_addr', 'tag'])
    await db('firewalls', 'remove', id, '--uuid', rules[0]!.uuid)
    assert.equal((await doctl<object[]>('databases', 'firewalls', 'list', id)).length, 1)
  })
  await check('maintenance window, resize, backups', async () => {
    await db('maintenance-window', 'update', id, '--day', 'tuesday', '--hour', '14:00')
    assert.partialDeepStrictEqual(await db('maintenance-window', 'get', id), { day: 'tuesday' })
    await db('resize', id, '--num-nodes', '2', '--size', 'db-s-2vcpu-4gb')
    const up = await until(
      () => online(id),
      ({ size }) => size === 'db-s-2vcpu-4gb',
    )
    assert.equal(up.num_nodes, 2)
    assert.ok(Array.isArray((await db('backups', id)) ?? []))
  })
  await check('a replica', async () => {
    await db('replica', 'create', id, 'reader', '--region', 'nyc3', '--size', 'db-s-2vcpu-4gb')
    assert.partialDeepStrictEqual(await db('replica', 'list', id), [{ name: 'reader' }])
    await db('replica', 'delete', id, 'reader', '--force')
  })
  await check('users, databases and the cluster go', async () => {
    await db('user', 'delete', id, 'app', '--force')
    await db('db', 'delete', id, 'shop', '--force')
    await db('delete', id, '--force')
    await doctl.refused(/404/, 'databases', 'get', id)
  })
  await check('an unknown engine is refused', () =>
    doctl.refused(
      /422/,
      'databases',
      'create',
      'odd',
      '--engine',
      'oracle',
      '--num-nodes',
      '1',
      '--size',
      'db-s-1vcpu-1gb',
    ),
  )
}
