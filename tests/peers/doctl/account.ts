import { strict as assert } from 'node:assert'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newPublicKey } from '../public-key.ts'
import { one, type Scenario } from './client.ts'

/** Who is asking, what it costs, what there is to buy; and the keys. */
export const account: Scenario = async (doctl, { check }) => {
  await check('account get', async () => {
    assert.partialDeepStrictEqual(await doctl('account', 'get'), { status: 'active', email_verified: true })
  })
  await check('account ratelimit, from the headers', async () => {
    const { limit, remaining, reset } = await doctl<{ limit: number; remaining: number; reset: string }>(
      'account',
      'ratelimit',
    )
    assert.equal(limit, 5000)
    assert.ok(remaining > 0 && remaining < 5000)
    assert.ok(Date.parse(reset) > Date.now())
  })
  await check('a wrong token is refused', () =>
    doctl.refused(/401.*Unable to authenticate you/, 'account', 'get', '--access-token', 'wrong'),
  )
  await check('balance get', async () => {
    const balance = await doctl<{ month_to_date_usage: string }>('balance', 'get')
    assert.match(balance.month_to_date_usage, /^\d+\.\d\d$/)
  })
  await check('invoices and the history of bills', async () => {
    assert.ok(await doctl('invoice', 'list'))
    assert.ok(await doctl('billing-history', 'list'))
  })
  await check('sizes, regions, images', async () => {
    const sizes = await doctl<{ slug: string }[]>('compute', 'size', 'list')
    assert.ok(sizes.some(({ slug }) => slug === 's-1vcpu-1gb') && sizes.length > 50)
    assert.partialDeepStrictEqual(await doctl('compute', 'region', 'list'), [{ slug: 'nyc3', available: true }])
    const images = await doctl<{ slug: string; id: number }[]>('compute', 'image', 'list-distribution', '--public')
    const ubuntu = images.find(({ slug }) => slug === 'ubuntu-24-04-x64')
    assert.partialDeepStrictEqual(await doctl('compute', 'image', 'get', String(ubuntu?.id)), [
      { slug: 'ubuntu-24-04-x64' },
    ])
    assert.deepEqual(await doctl('compute', 'image', 'list-user'), [])
  })

  const key = newPublicKey('doctl')
  const file = join(doctl.home, 'key.pub')
  writeFileSync(file, key.text)
  await check('a key is imported, once', async () => {
    const made = await one<{ fingerprint: string }>(
      doctl,
      'compute',
      'ssh-key',
      'import',
      'doctl',
      '--public-key-file',
      file,
    )
    assert.equal(made.fingerprint, key.fingerprint)
    await doctl.refused(
      /422.*SSH Key is already in use/,
      'compute',
      'ssh-key',
      'import',
      'again',
      '--public-key-file',
      file,
    )
  })
  await check('renamed by its fingerprint, listed, deleted, missing', async () => {
    await doctl('compute', 'ssh-key', 'update', key.fingerprint, '--key-name', 'renamed')
    const listed = await doctl<object[]>('compute', 'ssh-key', 'list')
    assert.partialDeepStrictEqual(listed, [{ name: 'renamed', fingerprint: key.fingerprint }])
    await doctl('compute', 'ssh-key', 'delete', key.fingerprint, '--force')
    await doctl.refused(/404.*could not be found/, 'compute', 'ssh-key', 'get', key.fingerprint)
  })
}
