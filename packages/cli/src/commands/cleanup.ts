import type { Client, Infrastructure } from '@atlas/client'
import type { JsonObject } from '@atlas/core'
import { type Change, carryOut } from '../change.ts'
import { madeAt } from '../cleanup/made-at.ts'
import { isOld, type Unused, unusedIn } from '../cleanup/unused.ts'
import { command, naming, type Outcome, optional, text, toggle } from '../command.ts'
import { approvedBy } from '../inputs.ts'
import { startKept } from '../kept-plan.ts'
import { table } from '../show/table.ts'
import { ago, money } from '../show/text.ts'
import type { Colours } from '../terminal.ts'

export default command({
  summary: 'Find what Atlas made and nothing uses, and delete it',
  description:
    'Lists volumes that are attached to nothing, reserved addresses that lead nowhere, keys that no machine knows, and snapshots of more than 30 days, with age and price. Then it plans their deletion, one infrastructure after the other, and asks. Where nobody can answer, and with --dry-run, it only lists. What Atlas does not own is never named. A file with the description has to leave them out too, or the next atlas up makes them again.',
  topic: 'Change the world',
  inputs: {
    infrastructure: naming('infrastructure', optional('[infrastructure]', 'only this one, by name or id')),
    dryRun: toggle('--dry-run', 'only list'),
    olderThan: {
      ...text('--older-than <days>', 'only what is at least so old; snapshots 30 when not given'),
      read: days,
    },
    ...approvedBy,
  },
  examples: [
    { line: 'atlas cleanup --dry-run', does: 'what there is, and what it costs' },
    { line: 'atlas cleanup --older-than 90', does: 'delete what is older than that, after asking' },
    { line: 'atlas cleanup shop --yes --consent data', does: 'unattended, and the volume data may be lost' },
  ],
  async run({ infrastructure, dryRun, olderThan, detach: _, ...approval }, context) {
    const client = await context.connect()
    const all =
      infrastructure === undefined ? await client.infrastructures() : [await client.infrastructure(infrastructure)]
    const least = olderThan === undefined ? undefined : Number(olderThan)
    const found = (await Promise.all(all.map((one) => oldIn(client, one, least)))).flat()
    const listed: Outcome = {
      json: { unused: found },
      text: () => (found.length === 0 ? 'Everything is in use.' : show(found, context.terminal.colours)),
      next: found.length === 0 ? [] : [{ line: 'atlas cleanup', does: 'delete it, after asking' }],
    }
    const asks = approval.yes || (context.terminal.asks && !context.json)
    if (found.length === 0 || dryRun || !asks) return listed
    context.say(`${listed.text!()}\n`)
    let last = listed
    for (const name of new Set(found.map((one) => one.infrastructure))) {
      const going = found.filter((one) => one.infrastructure === name)
      last = await carryOut(context, await deletionOf(client, name, going), approval)
    }
    return last
  },
})

function days(typed: string): string {
  if (/^\d{1,5}$/.test(typed)) return typed
  throw new Error('expected a whole number of days')
}

async function oldIn(client: Client, one: Infrastructure, least: number | undefined): Promise<Unused[]> {
  const unused = unusedIn(one)
  if (unused.length === 0) return []
  const made = await madeAt(client, one.name)
  const dated = unused.map((each) => ({ ...each, madeAt: made.get(each.name) ?? null }))
  return dated.filter((each) => isOld(each, least, Date.now()))
}

/** The description as last carried out, without them. */
async function deletionOf(client: Client, infrastructure: string, unused: readonly Unused[]): Promise<Change> {
  const { description } = await client.infrastructure(infrastructure, { include: 'description' })
  const before = description as JsonObject & { resources: { name: string }[] }
  const gone = new Set(unused.map(({ name }) => name))
  const after = {
    ...before,
    resources: before.resources.filter(({ name }) => !gone.has(name)),
  } as unknown as JsonObject
  return {
    plan: (one) => one.planApply(after, { store: true }),
    start: (one, given) => startKept(one, given.planHash!, given),
    nothing: `Nothing of ${infrastructure} is to be deleted.`,
    next: [{ line: `atlas status ${infrastructure}`, does: 'what is left' }],
  }
}

const show = (unused: readonly Unused[], colours: Colours): string =>
  table(
    unused,
    [
      { head: 'where', cell: ({ infrastructure }) => infrastructure },
      { head: 'type', cell: ({ type }) => type },
      { head: 'name', cell: ({ name }) => name },
      { head: 'made', cell: ({ madeAt: at }) => (at === null ? 'unknown' : ago(at, Date.now())) },
      { head: 'monthly', cell: ({ monthly }) => money(monthly), right: true },
      { head: 'why', cell: ({ why }) => why },
    ],
    colours,
  )
