import { strict as assert } from 'node:assert'
import { until } from '../until.ts'
import { activeDroplet, completed, type Doctl, type Droplet, one, type Scenario } from './client.ts'

/** Private networks, firewalls, load balancers, reserved addresses. */
export const networks: Scenario = async (doctl, { check }) => {
  await check('the region has a default network', async () => {
    const { id, vpc_uuid } = await activeDroplet(doctl, 'first')
    await doctl('compute', 'droplet', 'delete', String(id), '--force')
    await doctl.refused(/403.*Can not delete default VPCs/, 'vpcs', 'delete', vpc_uuid, '--force')
  })
  const vpc = await check('vpcs create, get, list, update', async () => {
    const more = ['--name', 'inside', '--region', 'nyc3', '--ip-range', '10.77.0.0/20', '--description', 'a peer’s']
    const { id } = await one<{ id: string }>(doctl, 'vpcs', 'create', ...more)
    await doctl('vpcs', 'update', id, '--name', 'within')
    assert.partialDeepStrictEqual(await doctl('vpcs', 'get', id), [{ name: 'within', ip_range: '10.77.0.0/20' }])
    await doctl.refused(/422/, 'vpcs', 'create', '--name', 'over', '--region', 'nyc3', '--ip-range', '10.77.0.0/24')
    return id
  })
  const droplet = await check('a droplet in it', async () => {
    const made = await activeDroplet(doctl, 'inside-1', '--vpc-uuid', vpc, '--tag-name', 'doctl:web')
    assert.match(made.networks.v4.find(({ type }) => type === 'private')!.ip_address, /^10\.77\./)
    assert.partialDeepStrictEqual(await doctl('vpcs', 'list'), [{ id: vpc }])
    return String(made.id)
  })
  await check('firewall, from its creation to its end', () => firewall(doctl, droplet))
  await check('load balancer, from its creation to its end', () => loadBalancer(doctl, droplet, vpc))
  await check('reserved address, moved by actions', () => reservedIp(doctl, droplet))
  await check('the network goes when it is empty', async () => {
    await doctl.refused(/409|403/, 'vpcs', 'delete', vpc, '--force')
    await doctl('compute', 'droplet', 'delete', droplet, '--force')
    await until(
      async () =>
        doctl('vpcs', 'delete', vpc, '--force').then(
          () => true,
          () => false,
        ),
      Boolean,
    )
    await doctl.refused(/404/, 'vpcs', 'get', vpc)
  })
}

interface Firewall {
  id: string
  name: string
  inbound_rules: { ports: string; sources: { addresses?: string[]; tags?: string[] } }[]
  droplet_ids: number[]
  tags: string[]
}

async function firewall(doctl: Doctl, droplet: string): Promise<void> {
  const ssh = 'protocol:tcp,ports:22,address:198.51.100.0/24'
  const out = 'protocol:tcp,ports:all,address:0.0.0.0/0,address:::/0'
  const rules = ['--inbound-rules', ssh, '--outbound-rules', out]
  const { id } = await one<Firewall>(doctl, 'compute', 'firewall', 'create', '--name', 'wall', ...rules)
  const get = () => one<Firewall>(doctl, 'compute', 'firewall', 'get', id)
  await doctl('compute', 'firewall', 'add-droplets', id, '--droplet-ids', droplet)
  await doctl('compute', 'firewall', 'add-tags', id, '--tag-names', 'doctl:web')
  const web = [
    '--inbound-rules',
    'protocol:tcp,ports:443,address:0.0.0.0/0',
    '--outbound-rules',
    'protocol:icmp,address:0.0.0.0/0',
  ]
  await doctl('compute', 'firewall', 'add-rules', id, ...web)
  const whole = await get()
  assert.deepEqual([whole.droplet_ids, whole.tags], [[Number(droplet)], ['doctl:web']])
  assert.deepEqual(
    whole.inbound_rules.map(({ ports }) => ports),
    ['22', '443'],
  )
  assert.partialDeepStrictEqual(await doctl('compute', 'firewall', 'list-by-droplet', droplet), [{ id }])
  await doctl('compute', 'firewall', 'remove-rules', id, ...web)
  await doctl('compute', 'firewall', 'remove-tags', id, '--tag-names', 'doctl:web')
  await doctl('compute', 'firewall', 'remove-droplets', id, '--droplet-ids', droplet)
  await doctl('compute', 'firewall', 'update', id, '--name', 'wall-2', ...rules)
  assert.equal((await get()).name, 'wall-2')
  await doctl('compute', 'firewall', 'delete', id, '--force')
  await doctl.refused(/404/, 'compute', 'firewall', 'get', id)
}

interface LoadBalancer {
  id: string
  ip: string
  status: string
  droplet_ids: number[]
  forwarding_rules: { entry_port: number }[]
}

async function loadBalancer(doctl: Doctl, droplet: string, vpc: string): Promise<void> {
  const lb = ['compute', 'load-balancer']
  const rule = 'entry_protocol:http,entry_port:80,target_protocol:http,target_port:8080'
  const check =
    'protocol:http,port:8080,path:/health,check_interval_seconds:10,response_timeout_seconds:5,healthy_threshold:5,unhealthy_threshold:3'
  const where = ['--name', 'front', '--region', 'nyc3', '--vpc-uuid', vpc, '--droplet-ids', droplet]
  const sticky = ['--sticky-sessions', 'type:cookies,cookie_name:DO-LB,cookie_ttl_seconds:300']
  const { id } = await one<LoadBalancer>(
    doctl,
    ...lb,
    'create',
    ...where,
    '--forwarding-rules',
    rule,
    '--health-check',
    check,
    ...sticky,
  )
  const get = () => one<LoadBalancer>(doctl, ...lb, 'get', id)
  const up = await until(get, ({ status }) => status === 'active')
  assert.match(up.ip, /^\d+\.\d+\.\d+\.\d+$/)
  assert.partialDeepStrictEqual(up, { health_check: { path: '/health' }, sticky_sessions: { cookie_name: 'DO-LB' } })
  const other = 'entry_protocol:tcp,entry_port:5432,target_protocol:tcp,target_port:5432'
  await doctl(...lb, 'add-forwarding-rules', id, '--forwarding-rules', other)
  await doctl(...lb, 'remove-forwarding-rules', id, '--forwarding-rules', rule)
  await doctl(...lb, 'remove-droplets', id, '--droplet-ids', droplet)
  const changed = await get()
  assert.deepEqual(
    [changed.forwarding_rules.map(({ entry_port }) => entry_port), changed.droplet_ids ?? []],
    [[5432], []],
  )
  await doctl(...lb, 'add-droplets', id, '--droplet-ids', droplet)
  await doctl(
    ...lb,
    'update',
    id,
    '--name',
    'front-2',
    '--region',
    'nyc3',
    '--vpc-uuid',
    vpc,
    '--size-unit',
    '2',
    '--forwarding-rules',
    rule,
  )
  assert.partialDeepStrictEqual(await doctl(...lb, 'list'), [{ id, name: 'front-2', size_unit: 2 }])
  await doctl(...lb, 'delete', id, '--force')
  await doctl.refused(/404/, ...lb, 'get', id)
}

async function reservedIp(doctl: Doctl, droplet: string): Promise<void> {
  const { ip } = await one<{ ip: string }>(doctl, 'compute', 'reserved-ip', 'create', '--region', 'nyc3')
  await completed(doctl, 'assign_ip', 'compute', 'reserved-ip-action', 'assign', ip, droplet)
  const held = await one<{ droplet: Droplet }>(doctl, 'compute', 'reserved-ip', 'get', ip)
  assert.equal(held.droplet.id, Number(droplet))
  await completed(doctl, 'unassign_ip', 'compute', 'reserved-ip-action', 'unassign', ip)
  assert.partialDeepStrictEqual(await doctl('compute', 'reserved-ip', 'list'), [{ ip, droplet: null }])
  await doctl('compute', 'reserved-ip', 'delete', ip, '--force')
  await doctl.refused(/404/, 'compute', 'reserved-ip', 'get', ip)
}
