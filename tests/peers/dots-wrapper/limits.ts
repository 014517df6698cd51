import { strict as assert } from 'node:assert'
import { startCloud } from '../cloud.ts'
import { connect, refused, type Scenario } from './client.ts'

/** What a client sees at the end of its allowance: a cloud of its own, with three requests a minute. */
export const limits: Scenario = async (_client, { check }) => {
  await check('too many requests are refused, with the time to wait', async () => {
    const cloud = await startCloud({ rateLimit: '100/h,3/min' })
    try {
      const client = connect(cloud)
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => client.account.getAccount()))
      const lost = outcomes.filter((each) => each.status === 'rejected')
      // Where the minute ended among them, six have passed.
      assert.ok(lost.length >= 2, `${lost.length} of 8 were refused`)
      await refused(Promise.reject(lost[0]!.reason), 429, 'too_many_requests')
      const { headers } = lost[0]!.reason.response as { headers: Record<string, string> }
      assert.ok(Number(headers['retry-after']) > 0 && Number(headers['retry-after']) <= 60)
      assert.equal(headers['ratelimit-limit'], '100')
      assert.match(headers['ratelimit-remaining'] ?? '', /^\d+$/)
    } finally {
      await cloud.stop()
    }
  })
}
