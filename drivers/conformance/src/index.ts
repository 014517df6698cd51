import { afterAll, beforeAll, describe } from 'vitest'
import { account } from './account.ts'
import { cases } from './cases.ts'
import { life } from './life.ts'
import { ownership } from './ownership.ts'
import { openStage, type Stage, withNeighbours } from './stage.ts'
import type { Conformance } from './subject.ts'
import { trouble } from './trouble.ts'

export type { Ability, Conformance, Fault, Subject } from './subject.ts'

/**
 * Registers the tests that every driver passes. Call it at the top of a Vitest file with a cloud to try the driver on:
 * what the cloud can be made to do is named by `abilities`, never guessed from which cloud it is.
 */
export function driverConformance(conformance: Conformance): void {
  const types = conformance.only ?? [...new Set(cases.map(({ type }) => type))]
  const chosen = cases.filter(({ type }) => types.includes(type))
  describe(conformance.title, () => {
    describe.each(chosen.map((one) => [one.title, one] as const))('%s', (_, one) => {
      let stage: Stage
      beforeAll(async () => {
        stage = await openStage(conformance, withNeighbours(one.needs))
      })
      afterAll(() => stage?.close())
      life(one, () => stage)
      ownership(one, () => stage, conformance)
      trouble(one, () => stage, conformance)
    })
    account(conformance)
  })
}
