import { strict as assert } from 'node:assert'
import { newPublicKey } from '../public-key.ts'
import { missing, refused, type Scenario } from './client.ts'

/** Who is asking, what it costs, what there is to buy; and the keys. */
export const account: Scenario = async ({ v2 }, { check }) => {
  await check('the account and its balance', async () => {
    assert.equal((await v2.account.get()).account.status, 'active')
    assert.match((await v2.customers.my.balance.get()).monthToDateUsage, /^\d+\.\d\d$/)
  })
  await check('sizes page by page, images by kind', async () => {
    const [first, second] = await Promise.all(
      [1, 2].map((page) => v2.sizes.get({ queryParameters: { page, perPage: 50 } })),
    )
    assert.equal(new Set([...first!.sizes, ...second!.sizes].map(({ slug }) => slug)).size, 100)
    const { images } = await v2.images.get({ queryParameters: { type: 'distribution', perPage: 200 } })
    assert.ok(images.some(({ slug, distribution }) => slug === 'ubuntu-24-04-x64' && distribution === 'Ubuntu'))
  })
  const key = newPublicKey('dots')
  await check('a key from its import to its end', async () => {
    const { sshKey } = await v2.account.keys.post({ name: 'dots', publicKey: key.text })
    assert.equal(sshKey.fingerprint, key.fingerprint)
    await refused(v2.account.keys.post({ name: 'again', publicKey: key.text }), 422, /already in use/)
    const one = v2.account.keys.bySsh_key_identifier(key.fingerprint)
    await one.put({ name: 'renamed' })
    assert.equal((await one.get()).sshKey.name, 'renamed')
    assert.ok((await v2.account.keys.get()).sshKeys.some(({ id }) => id === sshKey.id))
    await one.delete()
    await missing(one.get())
  })
}
