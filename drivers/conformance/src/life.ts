import { type CreateRequest, canonical, isAtlasError, type JsonObject } from '@atlas/core'
import { expect, test } from 'vitest'
import type { Case } from './cases.ts'
import { request, type Stage } from './stage.ts'

/** From create to gone: what every resource goes through. */
export function life(one: Case, stage: () => Stage): void {
  const driver = () => stage().of(one.type)
  const made = async (more?: Partial<CreateRequest>) => {
    const asked = request(one, stage().neighbours, more)
    const { id } = await driver().create(asked)
    return { asked, observed: await stage().converge(one.type, id, asked.specifications) }
  }

  test('is created, becomes ready as described, and is removed until it is missing', async () => {
    const { asked, observed } = await made()
    expect(driver().diff(asked.specifications, observed)).toEqual({ kind: 'unchanged' })
    await stage().removed(one.type, observed.id)
  })

  test('says why it is not ready, until it is', async () => {
    const { id } = await driver().create(request(one, stage().neighbours))
    await expect
      .poll(
        async () => {
          const { phase, reason } = await driver().get(id)
          if (phase !== 'ready') expect(reason).toMatch(/\w/)
          return phase
        },
        { interval: 1, timeout: 20_000 },
      )
      .toBe('ready')
  })

  test('has every attribute that others refer to once it is ready, and no other than is promised', async () => {
    const { observed } = await made()
    for (const attribute of one.attributes) expect(observed.attributes, attribute).toHaveProperty(attribute)
    expect(Object.keys(driver().attributes)).toEqual(expect.arrayContaining(Object.keys(observed.attributes)))
  })

  test('is the same in a listing as by its id', async () => {
    const { observed } = await made()
    const listed = (await Array.fromAsync(driver().list({}))).find(({ id }) => id === observed.id)
    expect(listed).toEqual(await driver().get(observed.id))
  })

  test('can be stored: JSON throughout', async () => {
    const { observed } = await made()
    expect(JSON.parse(JSON.stringify(observed.live))).toEqual(observed.live)
    expect(canonical(observed.attributes)).toBe(
      canonical(JSON.parse(JSON.stringify(observed.attributes)) as JsonObject),
    )
  })

  test('removing it again is success', async () => {
    const { observed } = await made()
    await stage().removed(one.type, observed.id)
    expect(await driver().remove(observed, { gate: () => {} })).toBeUndefined()
  })

  test('one that never was is missing', async () => {
    const { observed } = await made()
    await stage().removed(one.type, observed.id)
    const error = await driver()
      .get(observed.id)
      .catch((error: unknown) => error)
    expect(isAtlasError(error, 'cloud_missing')).toBe(true)
  })

  test.skipIf(one.updates.length === 0)('changes in place, one update after the other', async () => {
    const { asked, observed } = await made()
    let want = asked.specifications
    for (const change of one.updates) {
      want = change(want, stage().neighbours)
      const after = await stage().converge(one.type, observed.id, want)
      expect(after.physicalId).toBe(observed.physicalId)
    }
  })

  test.skipIf(one.updates.length === 0)('an update that was done already does no harm', async () => {
    const { asked, observed } = await made()
    const want = one.updates[0]!(asked.specifications, stage().neighbours)
    await stage().converge(one.type, observed.id, want)
    await driver().update(observed, want, { gate: () => {} })
    await stage().converge(one.type, observed.id, want)
  })

  test.skipIf(one.replacements.length === 0)('says with a reason when a change needs another one', async () => {
    const { asked, observed } = await made()
    for (const { change, createFirst } of one.replacements) {
      const want = change(asked.specifications)
      const found = driver().diff(want, observed)
      expect(found).toMatchObject({ kind: 'replace', createFirst, reason: expect.stringMatching(/.{10}/) })
      if (found.kind !== 'replace') return
      expect(found.fields.length).toBeGreaterThan(0)
      if (canonical(want).includes('$after')) expect(found.fields.map(({ to }) => to)).toContain(undefined)
      if (driver().holdsData(asked.specifications)) expect(found.risk?.dataLoss).toBeTruthy()
    }
  })

  test.skipIf(!one.refusals)('refuses with a hint what would lose data and is not a replacement', async () => {
    const { asked, observed } = await made()
    for (const change of one.refusals ?? []) {
      const diff = () => driver().diff(change(asked.specifications), observed)
      expect(diff).toThrow(expect.objectContaining({ code: 'spec_invalid', hint: expect.any(String) }))
    }
  })

  test('has a price for each part, or says that none is known', async () => {
    const { asked } = await made()
    for (const { item, monthly } of driver().price(asked.specifications, asked.region)) {
      expect(item).not.toBe('')
      expect(monthly === null || monthly >= 0).toBe(true)
    }
  })
}
