import { strict as assert } from 'node:assert'
import { newPublicKey } from '../public-key.ts'
import { connect, missing, refused, type Scenario } from './client.ts'

/** Who is asking, what it costs, what there is to buy; and the keys. */
export const account: Scenario = async (client, { check }, cloud) => {
  await check('the account, and the rate limit in the headers', async () => {
    const first = await client.account.getAccount()
    assert.equal(first.data.account.status, 'active')
    const second = await client.account.getAccount()
    const [before, after] = [first.headers, second.headers] as Record<string, string>[]
    assert.equal(before?.['ratelimit-limit'], '5000')
    assert.equal(Number(before?.['ratelimit-remaining']) - Number(after?.['ratelimit-remaining']), 1)
    assert.ok(Number(before?.['ratelimit-reset']) > Date.now() / 1000, 'seconds since 1970, in the future')
  })
  await check('a wrong token is refused', () =>
    refused(
      connect({ ...cloud, token: 'wrong' }).account.getAccount(),
      401,
      'Unauthorized',
      'Unable to authenticate you',
    ),
  )
  await check('the balance in dollars, as text', async () => {
    const { data } = await client.customer.getBalance()
    assert.match(data.month_to_date_usage, /^\d+\.\d\d$/)
    assert.match(data.account_balance, /^-?\d+\.\d\d$/)
  })
  await check('invoices and the history of bills', async () => {
    const { data } = await client.customer.listInvoices({})
    assert.ok(Array.isArray(data.invoices))
    assert.ok(Array.isArray((await client.customer.listBillingHistory({})).data.billing_history))
  })
  await check('sizes, page by page: each once', async () => {
    const slugs: string[] = []
    let total = 0
    for (let page = 1; ; page += 1) {
      const { data } = await client.size.listSizes({ page, per_page: 25 })
      slugs.push(...data.sizes.map(({ slug }) => slug))
      total = data.meta?.total ?? 0
      if (!data.links?.pages?.next) break
    }
    assert.ok(slugs.includes('s-1vcpu-1gb'))
    assert.equal(new Set(slugs).size, total)
    assert.equal(slugs.length, total)
  })
  await check('regions', async () => {
    const { data } = await client.region.listRegions({})
    assert.ok(data.regions.find(({ slug, available }) => slug === 'nyc3' && available))
  })
  await check('images by slug and by number are the same', async () => {
    const bySlug = (await client.image.getImage({ slug: 'ubuntu-24-04-x64' })).data.image
    assert.equal(bySlug.distribution, 'Ubuntu')
    const byId = (await client.image.getImage({ image_id: bySlug.id })).data.image
    assert.deepEqual(byId, bySlug)
  })

  const key = newPublicKey('peer')
  const id = await check('a key is kept, and known by its fingerprint', async () => {
    const response = await client.sshKey.createSshKey({ name: 'peer', public_key: key.text })
    assert.equal(response.status, 201)
    assert.equal(response.data.ssh_key.fingerprint, key.fingerprint)
    return response.data.ssh_key.id
  })
  await check('the same key a second time is refused', () =>
    refused(
      client.sshKey.createSshKey({ name: 'again', public_key: key.text }),
      422,
      'unprocessable_entity',
      'SSH Key is already in use on your account',
    ),
  )
  await check('what is no key is refused', () =>
    refused(client.sshKey.createSshKey({ name: 'no key', public_key: 'hello' }), 422, 'unprocessable_entity'),
  )
  await check('a key is renamed, by number or by fingerprint', async () => {
    await client.sshKey.updateSshKey({ ssh_key_id: id, name: 'renamed' })
    const { data } = await client.sshKey.getSshKey({ ssh_key_id: key.fingerprint })
    assert.deepEqual([data.ssh_key.id, data.ssh_key.name], [id, 'renamed'])
  })
  await check('a key is listed, deleted, and then missing', async () => {
    const { data } = await client.sshKey.listSshKeys({})
    assert.ok(data.ssh_keys.some((each) => each.id === id))
    assert.equal((await client.sshKey.destroySshKey({ ssh_key_id: id })).status, 204)
    await missing(client.sshKey.getSshKey({ ssh_key_id: id }))
  })
}
