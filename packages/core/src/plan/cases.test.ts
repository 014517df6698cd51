import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import type { Observed } from '../driver.ts'
import type { JsonObject } from '../json.ts'
import type { Resource } from '../spec/infrastructure.ts'
import { plan } from './plan.ts'
import { renderMarkdown } from './render/markdown.ts'
import { renderText } from './render/text.ts'
import type { Plan } from './types.ts'
import { describe, emptyWorld, execute, inputFor, run, type World } from './world.fixture.ts'

/** One golden case: what there was, what happened to it since, and what is wanted. */
interface Case {
  what: string
  kind?: Plan['kind']
  undoes?: string
  /** Brought about first. */
  before?: Resource[]
  /** A plan that was stopped after some steps. */
  interrupted?: { towards: Resource[]; afterSteps: number }
  /** What changed behind our back. */
  drift?: { resource: string; missing?: true; live?: JsonObject; phase?: Observed['phase']; reason?: string }[]
  description: Resource[]
  expectedTransferGb?: number
}

function worldOf({ before = [], interrupted, drift = [] }: Case): World {
  const world = emptyWorld()
  execute(world, plan(inputFor(world, before)))
  if (interrupted)
    for (const step of plan(inputFor(world, interrupted.towards)).steps.slice(0, interrupted.afterSteps))
      run(world, step)
  for (const { resource, missing, live, ...state } of drift) {
    const { physicalId } = world.owned.find((owned) => owned.resource === resource)!
    const observed = world.observed.get(physicalId)!
    if (missing) world.observed.delete(physicalId)
    else world.observed.set(physicalId, { ...observed, ...state, live: { ...observed.live, ...live } })
  }
  return world
}

// Each folder holds an input.json and the plan that comes of it, in three forms.
// `npx vitest run packages/core/src/plan -u` writes them anew: read the difference before you commit it.
const folders = globSync(join(import.meta.dirname, '__cases__/*/input.json')).map(dirname)

test.each(folders.map((folder) => [basename(folder), folder]))('case %s', async (_, folder) => {
  const given = JSON.parse(readFileSync(join(folder, 'input.json'), 'utf8')) as Case
  const world = worldOf(given)
  const { kind = 'apply', undoes, expectedTransferGb } = given
  const description = { ...describe(given.description), expected_transfer_gb: expectedTransferGb }
  const planned = plan(inputFor(world, given.description, { kind, description, ...(undoes && { undoes }) }))
  await expect(`${JSON.stringify(planned, null, 2)}\n`).toMatchFileSnapshot(join(folder, 'plan.json'))
  await expect(renderText(planned)).toMatchFileSnapshot(join(folder, 'plan.txt'))
  await expect(renderMarkdown(planned)).toMatchFileSnapshot(join(folder, 'plan.md'))
  execute(world, planned)
  const again = plan(inputFor(world, given.description, { kind: kind === 'destroy' ? 'destroy' : 'apply' }))
  expect(again.steps.map(({ action, resource, reason }) => [action, resource, reason])).toEqual([])
})
