import { strict as assert } from 'node:assert'
import { one, type Scenario } from './client.ts'

interface DomainRecord {
  id: number
  type: string
  data: string
  ttl: number
  priority: number
}

/** Domains and their records. */
export const domains: Scenario = async (doctl, { check }) => {
  const records = ['compute', 'domain', 'records']
  await check('domain create, get, list', async () => {
    await doctl('compute', 'domain', 'create', 'peer.example', '--ip-address', '192.0.2.1')
    assert.partialDeepStrictEqual(await doctl('compute', 'domain', 'get', 'peer.example'), [{ name: 'peer.example' }])
    assert.partialDeepStrictEqual(await doctl('compute', 'domain', 'list'), [{ name: 'peer.example', ttl: 1800 }])
    await doctl.refused(/422/, 'compute', 'domain', 'create', 'peer.example')
  })
  await check('its records from the start', async () => {
    const types = (await doctl<DomainRecord[]>(...records, 'list', 'peer.example')).map(({ type }) => type).sort()
    assert.deepEqual(types, ['A', 'NS', 'NS', 'NS', 'SOA'])
  })
  await check('a record is made, changed, deleted', async () => {
    const mail = [
      '--record-type',
      'MX',
      '--record-name',
      '@',
      '--record-data',
      'mail.peer.example.',
      '--record-priority',
      '10',
    ]
    const { id } = await one<DomainRecord>(doctl, ...records, 'create', 'peer.example', ...mail, '--record-ttl', '600')
    const change = ['--record-id', String(id), '--record-type', 'MX', '--record-priority', '20']
    const changed = await one<DomainRecord>(doctl, ...records, 'update', 'peer.example', ...change)
    assert.partialDeepStrictEqual(changed, { data: 'mail.peer.example', priority: 20, ttl: 600 })
    await doctl(...records, 'delete', 'peer.example', String(id), '--force')
  })
  await check('records of every kind', async () => {
    for (const kind of [
      ['AAAA', '2001:db8::1'],
      ['CNAME', '@'],
      ['TXT', 'v=spf1 -all'],
      ['CAA', 'letsencrypt.org.', '--record-flags', '0', '--record-tag', 'issue'],
      ['SRV', 'sip.peer.example.', '--record-priority', '1', '--record-port', '5060', '--record-weight', '5'],
    ] as const) {
      const [type, data, ...more] = kind
      const name = `_${type.toLowerCase()}._tcp`
      const given = ['--record-type', type, '--record-name', name, '--record-data', data, ...more]
      assert.equal((await one<DomainRecord>(doctl, ...records, 'create', 'peer.example', ...given)).type, type)
    }
  })
  await check('a wrong address is refused', () =>
    doctl.refused(
      /422/,
      ...records,
      'create',
      'peer.example',
      '--record-type',
      'A',
      '--record-name',
      'x',
      '--record-data',
      'nowhere',
    ),
  )
  await check('deleted, and then missing', async () => {
    await doctl('compute', 'domain', 'delete', 'peer.example', '--force')
    await doctl.refused(/404/, 'compute', 'domain', 'get', 'peer.example')
  })
}
