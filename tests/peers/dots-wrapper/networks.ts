import { strict as assert } from 'node:assert'
import { until } from '../until.ts'
import { activeDroplet, completed, missing, refused, type Scenario } from './client.ts'

/** Private networks, firewalls, load balancers, addresses, names. */
export const networks: Scenario = async (client, { check }) => {
  const region = 'fra1'
  await check('the first droplet of a region brings its default network', async () => {
    const { id: droplet_id, vpc_uuid } = await activeDroplet(client, 'first', [], region)
    assert.equal((await client.vpc.getVpc({ vpc_id: vpc_uuid })).data.vpc.default, true)
    await client.droplet.deleteDroplet({ droplet_id })
    await refused(client.vpc.deleteVpc({ vpc_id: vpc_uuid }), 403, 'forbidden', 'Can not delete default VPCs')
  })
  const vpc_id = await check('a private network with a range of its own', async () => {
    const wanted = { name: 'inside', region, ip_range: '10.99.0.0/20', description: 'a peer’s' }
    const { status, data } = await client.vpc.createVpc(wanted)
    assert.equal(status, 201)
    assert.partialDeepStrictEqual(data.vpc, { ...wanted, default: false, urn: `do:vpc:${data.vpc.id}` })
    return data.vpc.id
  })
  await check('a range that overlaps is refused', () =>
    refused(client.vpc.createVpc({ name: 'over', region, ip_range: '10.99.0.0/16' }), 422, 'unprocessable_entity'),
  )
  const droplet = await check('a droplet in it has an address of its range', async () => {
    const wanted = { name: 'inside-1', region, size: 's-1vcpu-1gb', image: 'debian-13-x64', vpc_uuid: vpc_id }
    const { id: droplet_id } = (await client.droplet.createDroplet(wanted)).data.droplet
    const up = await until(
      async () => (await client.droplet.getDroplet({ droplet_id })).data.droplet,
      ({ networks }) => networks.v4.length > 0,
    )
    assert.equal(up.vpc_uuid, vpc_id)
    assert.match(up.networks.v4.find(({ type }) => type === 'private')!.ip_address, /^10\.99\.\d+\.\d+$/)
    return up
  })
  await check('the network lists its members, changes, and is not deleted while it has any', async () => {
    const { members } = (await client.vpc.listVpcResources({ vpc_id })).data as unknown as { members: object[] }
    assert.partialDeepStrictEqual(members, [{ urn: `do:droplet:${droplet.id}`, name: 'inside-1' }])
    await client.vpc.updateVpc({ vpc_id, name: 'within', description: 'changed' })
    assert.equal((await client.vpc.getVpc({ vpc_id })).data.vpc.name, 'within')
    await refused(client.vpc.deleteVpc({ vpc_id }), 409, 'conflict', 'Can not delete VPC with members')
  })

  const ssh = { protocol: 'tcp', ports: '22', sources: { addresses: ['198.51.100.0/24'] } }
  const web = { protocol: 'tcp', ports: '443', sources: { addresses: ['0.0.0.0/0', '::/0'] } }
  const out = { protocol: 'tcp', ports: 'all', destinations: { addresses: ['0.0.0.0/0', '::/0'] } }
  const firewall_id = await check('a firewall, its rules as they were given', async () => {
    const wanted = { name: 'wall', inbound_rules: [ssh], outbound_rules: [out], droplet_ids: [droplet.id], tags: [] }
    const { status, data } = await client.firewall.createFirewall(wanted)
    assert.equal(status, 202)
    assert.partialDeepStrictEqual(data.firewall.inbound_rules, [ssh])
    return data.firewall.id!
  })
  await check('rules are added and removed, tags and droplets too', async () => {
    await client.firewall.addRulesToFirewall({ firewall_id, inbound_rules: [web], outbound_rules: [] })
    await client.tag.createTag({ name: 'walled' })
    await client.firewall.addTagsToFirewall({ firewall_id, tags: ['walled'] })
    await client.firewall.removeDropletsFromFirewall({ firewall_id, droplet_ids: [droplet.id] })
    const { firewall } = (await client.firewall.getFirewall({ firewall_id })).data
    assert.deepEqual([firewall.inbound_rules.length, firewall.tags, firewall.droplet_ids], [2, ['walled'], []])
    await client.firewall.removeRulesFromFirewall({ firewall_id, inbound_rules: [ssh], outbound_rules: [] })
    await client.firewall.addDropletsToFirewall({ firewall_id, droplet_ids: [droplet.id] })
    await client.firewall.removeTagsFromFirewall({ firewall_id, tags: ['walled'] })
  })
  await check('a firewall is replaced whole, listed, deleted', async () => {
    const wanted = { id: firewall_id, name: 'wall-2', inbound_rules: [web], outbound_rules: [], tags: ['walled'] }
    const { firewall } = (await client.firewall.updateFirewall(wanted)).data
    assert.deepEqual([firewall.name, firewall.droplet_ids, firewall.tags], ['wall-2', [], ['walled']])
    assert.equal((await client.firewall.listFirewalls({})).data.firewalls.length, 1)
    assert.equal((await client.firewall.deleteFirewall({ firewall_id })).status, 204)
    await missing(client.firewall.getFirewall({ firewall_id }))
  })
  await check('a firewall without rules is refused', () =>
    refused(
      client.firewall.createFirewall({ name: 'none', inbound_rules: [], outbound_rules: [] }),
      422,
      'unprocessable_entity',
    ),
  )

  const rule = { entry_protocol: 'http', entry_port: 80, target_protocol: 'http', target_port: 8080 }
  const load_balancer_id = await check('a load balancer gets its address', async () => {
    const health_check = { protocol: 'http', port: 8080, path: '/health' }
    const wanted = {
      name: 'front',
      region,
      forwarding_rules: [rule],
      health_check,
      droplet_ids: [droplet.id],
      vpc_uuid: vpc_id,
    }
    const { status, data } = await client.loadBalancer.createLoadBalancer(wanted)
    assert.equal(status, 202)
    const { id } = data.load_balancer
    const up = await until(
      async () => (await client.loadBalancer.getLoadBalancer({ load_balancer_id: id })).data.load_balancer,
      (each) => each.status === 'active',
    )
    assert.match(up.ip, /^\d+\.\d+\.\d+\.\d+$/)
    assert.partialDeepStrictEqual(up, { health_check, sticky_sessions: { type: 'none' }, droplet_ids: [droplet.id] })
    return id
  })
  await check('its rules and droplets change', async () => {
    const other = { entry_protocol: 'tcp', entry_port: 5432, target_protocol: 'tcp', target_port: 5432 }
    await client.loadBalancer.addRulesToLoadBalancer({ load_balancer_id, forwarding_rules: [other] })
    await client.loadBalancer.removeRulesFromLoadBalancer({ load_balancer_id, forwarding_rules: [rule] })
    await client.loadBalancer.removeDropletsFromLoadBalancer({ load_balancer_id, droplet_ids: [droplet.id] })
    const { load_balancer } = (await client.loadBalancer.getLoadBalancer({ load_balancer_id })).data
    assert.deepEqual(
      [load_balancer.forwarding_rules.map((each) => each.entry_port), load_balancer.droplet_ids],
      [[5432], []],
    )
    await client.loadBalancer.addDropletsToLoadBalancer({ load_balancer_id, droplet_ids: [droplet.id] })
  })
  await check('it is replaced whole, listed, deleted', async () => {
    const wanted = { load_balancer_id, name: 'front-2', region, forwarding_rules: [rule], algorithm: 'round_robin' }
    const { load_balancer } = (await client.loadBalancer.updateLoadBalancer(wanted)).data
    assert.deepEqual([load_balancer.name, load_balancer.droplet_ids], ['front-2', []])
    assert.equal((await client.loadBalancer.listLoadBalancers({})).data.load_balancers.length, 1)
    assert.equal((await client.loadBalancer.deleteLoadBalancer({ load_balancer_id })).status, 204)
    await missing(client.loadBalancer.getLoadBalancer({ load_balancer_id }))
  })

  await check('an address is reserved, moved by actions, given back', async () => {
    const { status, data } = await client.floatingIp.createFloatingIp({ region })
    assert.equal(status, 202)
    const { ip } = data.floating_ip
    assert.equal(data.floating_ip.droplet, null)
    await completed(client, client.floatingIp.assignIpToDroplet({ ip, droplet_id: droplet.id }), 'assign_ip')
    assert.equal((await client.floatingIp.getFloatingIp({ ip })).data.floating_ip.droplet?.id, droplet.id)
    await completed(client, client.floatingIp.unassignIpFromDroplet({ ip }), 'unassign_ip')
    const actions = (await client.floatingIp.listFloatingIpActions({ ip })).data.actions.map(({ type }) => type)
    assert.deepEqual(actions.slice(0, 2), ['unassign_ip', 'assign_ip'])
    assert.equal((await client.floatingIp.deleteFloatingIp({ ip })).status, 204)
    await missing(client.floatingIp.getFloatingIp({ ip }))
  })
  await check('reserved for a droplet from the start', async () => {
    const { ip } = (await client.floatingIp.createFloatingIp({ droplet_id: droplet.id })).data.floating_ip
    await until(
      async () => (await client.floatingIp.getFloatingIp({ ip })).data.floating_ip.droplet?.id,
      (id) => id === droplet.id,
    )
    await client.floatingIp.deleteFloatingIp({ ip })
  })

  const zone = { domain_name: 'peer.example' }
  await check('a domain with its name servers and its first record', async () => {
    const { status, data } = await client.domain.createDomain({ name: 'peer.example', ip_address: '192.0.2.1' })
    assert.equal(status, 201)
    assert.equal(data.domain.name, 'peer.example')
    const { domain_records } = (await client.domain.listDomainRecords({ ...zone, per_page: 100 })).data
    const types = domain_records.map(({ type }) => type).sort()
    assert.deepEqual(types, ['A', 'NS', 'NS', 'NS', 'SOA'])
    assert.match(
      (await client.domain.getDomain({ name: 'peer.example' })).data.domain.zone_file,
      /\$ORIGIN peer\.example\./,
    )
  })
  await check('the same domain a second time is refused', () =>
    refused(client.domain.createDomain({ name: 'peer.example' }), 422, 'unprocessable_entity'),
  )
  await check('a record is made, found by type, changed, deleted', async () => {
    const wanted = { ...zone, type: 'MX', name: '@', data: 'mail.peer.example.', priority: 10, ttl: 600 }
    const { status, data } = await client.domain.createDomainRecord(wanted)
    assert.equal(status, 201)
    const { id: domain_record_id } = data.domain_record
    const found = (await client.domain.listDomainRecords({ ...zone, type: 'MX' })).data.domain_records
    assert.partialDeepStrictEqual(found, [{ id: domain_record_id, priority: 10, ttl: 600, weight: null }])
    const changed = await client.domain.updateDomainRecord({ ...zone, domain_record_id, type: 'MX', priority: 20 })
    assert.partialDeepStrictEqual(changed.data.domain_record, { data: 'mail.peer.example', priority: 20 })
    assert.equal((await client.domain.deleteDomainRecord({ ...zone, domain_record_id })).status, 204)
    await missing(client.domain.getDomainRecord({ ...zone, domain_record_id }))
  })
  await check('a domain is deleted with its records', async () => {
    assert.equal((await client.domain.deleteDomain({ name: 'peer.example' })).status, 204)
    await missing(client.domain.getDomain({ name: 'peer.example' }))
  })
  await check('all is taken down again', async () => {
    await client.droplet.deleteDroplet({ droplet_id: droplet.id })
    await until(
      async () =>
        client.vpc.deleteVpc({ vpc_id }).then(
          ({ status }) => status,
          () => 409,
        ),
      (status) => status === 204,
    )
    await missing(client.vpc.getVpc({ vpc_id }))
  })
}
