import { type CreateRequest, isAtlasError, type Observed, physicalName } from '@atlas/core'
import { expect, test, vi } from 'vitest'
import { type Case, publicKey } from './cases.ts'
import { lookFor, region, request, type Stage, stampOf } from './stage.ts'
import type { Conformance } from './subject.ts'

/** How Atlas finds again what it made, and leaves alone what it did not. */
export function ownership(one: Case, stage: () => Stage, { abilities }: Conformance): void {
  const driver = () => stage().of(one.type)
  const everything = () => Array.fromAsync(driver().list({}))
  const failing = async (promise: Promise<unknown>) => {
    const error = await promise.then(
      () => undefined,
      (error: unknown) => error,
    )
    return isAtlasError(error) ? error : expect.fail(`expected an AtlasError, got ${error}`)
  }

  for (const fault of ['lost_answer', 'error_after'] as const)
    test.skipIf(!abilities.has(fault))(`a create with ${fault} is unsure, and found again`, async () => {
      const [asked, before] = [request(one, stage().neighbours), await everything()]
      await stage().subject.fail(fault, { verb: 'create', type: one.type })
      const error = await failing(driver().create(asked))
      expect(error).toMatchObject({ code: 'cloud_unavailable', uncertain: true })
      const found = await eventually(() => lookFor(driver(), asked, before))
      expect(found).toHaveLength(1)
      if (driver().stamping === 'tags') expect(found[0]!.stamp).toEqual(asked.stamp)
    })

  test('two creates that race are told apart, or are one', async () => {
    const asked = request(one, stage().neighbours)
    const other: CreateRequest = { ...asked, stamp: stampOf(asked.identity, '2.1') }
    const before = await everything()
    const second = stage().subject.driver().types[one.type]!
    const answers = await Promise.allSettled([driver().create(asked), second.create(other)])
    const made = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    expect(made.length).toBeGreaterThan(0)
    for (const { id } of made) await stage().ready(one.type, id)
    const found = await eventually(() => lookFor(driver(), asked, before))
    expect(new Set(made.map(({ id }) => id))).toEqual(new Set(found.map(({ id }) => id)))
    if (driver().stamping === 'name') expect(found).toHaveLength(1)
    if (driver().stamping === 'tags') expect(new Set(found.map(({ stamp }) => stamp?.token)).size).toBe(found.length)
  })

  test("somebody else's is listed without a stamp, and its likeness is not taken for ours", async () => {
    const asked = request(one, stage().neighbours)
    const theirs = await stage().subject.plant({
      type: one.type,
      name: `foreign-${asked.name}`,
      region,
      specifications: one.want(`foreign-${asked.name}`, stage().neighbours),
    })
    const listed = await eventually(async () =>
      (await everything()).filter(({ attributes }) => attributes.id === theirs),
    )
    expect(listed.map(({ stamp }) => stamp)).toEqual([undefined])
    const before = await everything()
    expect(await lookFor(driver(), asked, before)).toEqual([])
  })

  test.skipIf(one.replacements.length === 0)(
    'a new one that another request would have made does not match',
    async () => {
      const { matches } = driver()
      if (!matches) return
      const asked = request(one, stage().neighbours)
      const made = await driver().create(asked)
      expect(matches(asked, made)).toBe(true)
      for (const { change } of one.replacements)
        expect(matches({ ...asked, specifications: change(asked.specifications) }, made)).toBe(false)
    },
  )

  test.skipIf(one.type !== 'ssh_key')('a key that the account has is used, and stays when Atlas leaves', async () => {
    const specifications = { public_key: publicKey() }
    const theirs = await stage().subject.plant({ type: 'ssh_key', name: 'laptop', region, specifications })
    const made = await driver().create(request(one, {}, { specifications }))
    const other = await driver().create(request(one, {}, { specifications }))
    expect(made.attributes.id).toBe(theirs)
    expect(made.physicalId).not.toBe(other.physicalId)
    expect(driver().diff(specifications, await driver().get(made.id))).toEqual({ kind: 'unchanged' })
    expect(await driver().remove(made, { gate: () => {} })).toBe('kept')
    expect((await everything()).map(({ attributes }) => attributes.id)).toContain(theirs)
  })

  test.skipIf(one.type !== 'domain')('a domain that the account has is refused, not taken', async () => {
    const asked = request(one, {})
    const specifications = asked.specifications
    await stage().subject.plant({ type: 'domain', name: String(specifications.name), region, specifications })
    expect((await failing(driver().create(asked))).code).toBe('not_ours')
  })

  test('the name in the cloud is one that no other life of it has, where names are unique', async () => {
    if (driver().stamping !== 'name') return
    const asked = request(one, stage().neighbours)
    expect((await driver().create(asked)).name).toBe(physicalName(asked.identity))
  })
}

/** Listings may lag a little even where no lag was asked for. */
function eventually(look: () => Promise<Observed[]>): Promise<Observed[]> {
  return vi.waitFor(
    async () => {
      const seen = await look()
      expect(seen).not.toEqual([])
      return seen
    },
    { timeout: 5000, interval: 10 },
  )
}
