import type { Client } from '@atlas/client'
import { catalogueOf } from '@atlas/core'
import { isNothing } from '../change.ts'
import { type SandboxConnection, sandboxAdmin } from '../sandbox/admin.ts'
import { askMachine } from '../ssh/run.ts'
import type { Told } from './story.ts'

/** What the demo finds of itself; an empty list means that all of it holds. */
export type Findings = string[]

/** Each machine runs commands on a disk of its own, a second plan is empty, and the price is the catalogue's. */
export async function checkRunning({ client, infrastructure, description }: Told, dataDir: string): Promise<Findings> {
  const machines = infrastructure.resources.filter(({ type }) => type === 'machine')
  const answers = await Promise.all(
    machines.map(async ({ name: machine, id, ssh }) => {
      if (!ssh) return [`${machine} cannot be reached by ssh`]
      const target = { infrastructure: infrastructure.name, machine, id, ssh }
      const script = `echo ${machine} > ~/who-am-i && sleep 0.2 && cat ~/who-am-i && uname -s`
      const said = await askMachine(target, dataDir, script).catch((error: Error) => error.message)
      return new RegExp(`^${machine}\\n\\w+\\n$`).test(said) ? [] : [`ssh ${machine} answered: ${said}`]
    }),
  )
  const again = await client.planApply(description)
  const expected = catalogueSum(machines.map(({ specifications }) => String(specifications.size)))
  return [
    ...answers.flat(),
    ...(machines.length === 0 ? ['there are no machines'] : []),
    ...(isNothing(again) ? [] : [`a second plan still has ${again.steps.length} steps`]),
    ...(Math.abs(infrastructure.monthly_cost - expected) < 0.005
      ? []
      : [`it costs ${infrastructure.monthly_cost} a month, the catalogue says ${expected}`]),
  ]
}

/** USD a month; a fleet pays for its machines alone. */
function catalogueSum(slugs: readonly string[]): number {
  const sizes = catalogueOf('digitalocean')?.sizes
  return slugs.reduce((sum, slug) => sum + (sizes?.get(slug)?.monthly ?? Number.NaN), 0)
}

/** What a cloud keeps by itself: its counters, its bills, its history, and tags, which DigitalOcean never deletes either. */
const bookkeeping = new Set(['sequence', 'meta', 'usage', 'action', 'tag'])

/** What the cloud still has, as `kind name`. The default VPC and project come with an account. */
export async function leftovers(sandbox: SandboxConnection): Promise<string[]> {
  const { records } = await sandboxAdmin(sandbox).dump()
  const made = Object.entries(records).filter(([kind]) => !bookkeeping.has(kind))
  return made.flatMap(([kind, all]) =>
    all.filter((record) => !record.default && !record.is_default).map(({ name, id }) => `${kind} ${name ?? id}`),
  )
}

/** Operations that have not ended, and infrastructure that still is. */
export async function unfinished(client: Client): Promise<Findings> {
  const [operations, infrastructures] = await Promise.all([client.operations(), client.infrastructures()])
  return [
    ...operations
      .filter(({ status }) => status === 'queued' || status === 'in_progress')
      .map(({ id }) => `operation ${id} has not ended`),
    ...infrastructures.filter(({ status }) => status !== 'destroyed').map(({ name }) => `${name} still exists`),
  ]
}
