import { strict as assert } from 'node:assert'
import { activeDroplet, completed, missing, refused, type Scenario } from './client.ts'

/** Private networks, firewalls, reserved addresses, names. Load balancers are left out: the client has no type for them. */
export const networks: Scenario = async (client, { check }) => {
  const { v2 } = client
  const droplet = await check('a droplet', () => activeDroplet(client, 'networked', { tags: ['dots:web'] }))

  await check('a private network', async () => {
    const { vpc } = await v2.vpcs.post({ name: 'inside', region: 'nyc3', ipRange: '10.66.0.0/20' })
    assert.equal(vpc.ipRange, '10.66.0.0/20')
    await refused(v2.vpcs.post({ name: 'over', region: 'nyc3', ipRange: '10.66.0.0/20' }), 422, /overlaps/)
    await v2.vpcs.byVpc_id(vpc.id).put({ name: 'within', description: '' })
    await v2.vpcs.byVpc_id(vpc.id).delete()
  })
  await check('a firewall, tagged later', async () => {
    const inboundRules = [{ protocol: 'tcp', ports: '22', sources: { addresses: ['198.51.100.0/24'] } }]
    const { firewall } = await v2.firewalls.post({ name: 'wall', inboundRules, dropletIds: [droplet.id] })
    const one = v2.firewalls.byFirewall_id(firewall.id)
    await one.tags.post({ tags: ['dots:web'] })
    const { tags, inboundRules: kept } = (await one.get()).firewall
    assert.deepEqual(tags, ['dots:web'])
    assert.partialDeepStrictEqual(kept, inboundRules)
    await one.delete()
    await missing(one.get())
  })
  await check('a reserved address', async () => {
    const { ip } = (await v2.reserved_ips.post({ region: 'nyc3' })).reservedIp
    const one = v2.reserved_ips.byReserved_ip(ip)
    await completed(client, one.actions.post({ type: 'assign', dropletId: droplet.id }), 'assign_ip')
    assert.equal((await one.get()).reservedIp.droplet?.id, droplet.id)
    await completed(client, one.actions.post({ type: 'unassign' }), 'unassign_ip')
    await one.delete()
    await missing(one.get())
  })
  await check('a domain and a record', async () => {
    await v2.domains.post({ name: 'dots.example', ipAddress: '192.0.2.1' })
    const one = v2.domains.byDomain_name('dots.example')
    const mail = { type: 'MX', name: '@', data: 'mail.dots.example.', priority: 10 }
    const { id } = (await one.records.post(mail)).domainRecord
    const changed = await one.records.byDomain_record_id(id).put({ type: 'MX', priority: 20 })
    assert.equal(changed.domainRecord.priority, 20)
    const { domainRecords } = await one.records.get({ queryParameters: { type: 'MX' } })
    assert.deepEqual(
      domainRecords.map((each) => each.id),
      [id],
    )
    await one.records.byDomain_record_id(id).delete()
    await one.delete()
    await missing(one.get())
  })
  await check('the droplet goes', () => v2.droplets.byDroplet_id(droplet.id).delete())
}
