import { type CreateRequest, isAtlasError } from '@atlas/core'
import { expect, test, vi } from 'vitest'
import type { Case } from './cases.ts'
import { lookFor, request, type Stage } from './stage.ts'
import type { Conformance } from './subject.ts'

/** What a driver does when the cloud, or the engine, says no. */
export function trouble(one: Case, stage: () => Stage, { abilities }: Conformance): void {
  const driver = () => stage().of(one.type)
  const everything = () => Array.fromAsync(driver().list({}))
  const rejection = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail('it should have failed'),
      (error: unknown) => error,
    )
  const made = async (more?: Partial<CreateRequest>) => {
    const asked = request(one, stage().neighbours, more)
    const { id } = await driver().create(asked)
    return stage().converge(one.type, id, asked.specifications)
  }

  test.skipIf(!abilities.has('forbidden'))('forbidden is not missing', async () => {
    const observed = await made()
    await stage().subject.fail('forbidden', { verb: 'get', type: one.type })
    expect(await rejection(driver().get(observed.id))).toMatchObject({ code: 'cloud_forbidden', uncertain: false })
    await stage().subject.fail('forbidden', { verb: 'remove', type: one.type })
    expect(await rejection(driver().remove(observed, { gate: () => {} }))).toMatchObject({ code: 'cloud_forbidden' })
    expect((await driver().get(observed.id)).id).toBe(observed.id)
  })

  test.skipIf(!abilities.has('rate_limited'))(
    'a rate limit says how long to wait, and that nothing was done',
    async () => {
      const [asked, before] = [request(one, stage().neighbours), await everything()]
      await stage().subject.fail('rate_limited', { verb: 'create', type: one.type })
      const error = await rejection(driver().create(asked))
      expect(error).toMatchObject({ code: 'cloud_rate_limited', uncertain: false })
      expect(isAtlasError(error) && error.retryAfterMs).toBeGreaterThan(0)
      expect(await lookFor(driver(), asked, before)).toEqual([])
    },
  )

  test.skipIf(!abilities.has('hang'))('a cloud that does not answer is given up within the bound', async () => {
    const observed = await made()
    await stage().subject.fail('hang', { verb: 'get', type: one.type })
    const started = Date.now()
    expect(await rejection(driver().get(observed.id))).toMatchObject({ code: 'cloud_unavailable' })
    expect(Date.now() - started).toBeLessThan(stage().driver.bounds.requestTimeoutMs + 1000)
  })

  test.skipIf(!abilities.has('hang'))('a create that was given up may have been carried out, once', async () => {
    const [asked, before] = [request(one, stage().neighbours), await everything()]
    await stage().subject.fail('hang', { verb: 'create', type: one.type })
    expect(await rejection(driver().create(asked))).toMatchObject({ code: 'cloud_unavailable', uncertain: true })
    expect((await lookFor(driver(), asked, before)).length).toBeLessThanOrEqual(1)
  })

  test('a closed gate means that nothing is sent', async () => {
    const [asked, observed, before] = [request(one, stage().neighbours), await made(), await everything()]
    const closed = new Error('the lease is lost')
    const gate = () => {
      throw closed
    }
    expect(await rejection(driver().create({ ...asked, gate }))).toBe(closed)
    expect(await rejection(driver().remove(observed, { gate }))).toBe(closed)
    const want = one.updates[0]?.(asked.specifications, stage().neighbours)
    if (want) expect(await rejection(driver().update(observed, want, { gate }))).toBe(closed)
    expect(await lookFor(driver(), asked, before)).toEqual([])
    expect((await driver().get(observed.id)).phase).toBe('ready')
  })

  test('the gate is asked immediately before each change, and once at least', async () => {
    const [creating, removing] = [vi.fn(), vi.fn()]
    const observed = await made({ gate: creating })
    expect(creating).toHaveBeenCalled()
    await driver().remove(observed, { gate: removing })
    expect(removing).toHaveBeenCalled()
  })

  test('what was cancelled before it began sends nothing', async () => {
    const [asked, before] = [request(one, stage().neighbours, { signal: AbortSignal.abort() }), await everything()]
    await rejection(driver().create(asked))
    expect(await lookFor(driver(), asked, before)).toEqual([])
  })

  test('what is cancelled in the middle ends at once, and what it made is found', async () => {
    const before = await everything()
    const cancel = new AbortController()
    const asked = request(one, stage().neighbours, { signal: cancel.signal })
    const creating = driver()
      .create({ ...asked, gate: () => void setTimeout(() => cancel.abort()) })
      .then(
        (made) => made.id,
        () => undefined,
      )
    const id = await creating
    if (id) await stage().ready(one.type, id)
    const found = await lookFor(driver(), asked, before)
    if (id) expect(found.map((one) => one.id)).toContain(id)
    expect(found.length).toBeLessThanOrEqual(1)
  })
}
