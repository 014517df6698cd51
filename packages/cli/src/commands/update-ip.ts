import type { Client, Infrastructure, Operation, Planned } from '@atlas/client'
import type { JsonObject } from '@atlas/core'
import { AtlasError } from '@atlas/core/errors'
import {
  additionalAddresses,
  addressOfThisComputer,
  configuredAddresses,
  readAddresses,
  tellAddresses,
} from '../admin/addresses.ts'
import { type Door, doorOf, existing } from '../admin/doors.ts'
import { isAmong, keptOut } from '../admin/gets-in.ts'
import { agreed } from '../ask.ts'
import { isNothing, outcomeOf } from '../change.ts'
import { command, list, optional, toggle } from '../command.ts'
import type { Context } from '../context.ts'
import { follow } from '../follow/follow.ts'
import { showPlan } from '../show/plan.ts'

export default command({
  summary: 'Let another address administer the machines, in every firewall',
  description:
    'In every infrastructure of the workspace, the new address is let in at port 22 beside the old one. Then it is tried by ssh from here; only where that gets in is the old one closed. Where it does not, the new one is taken away again and the old one stays. What ADDITIONAL_IPS names stays. The address is ADMIN_IP or, without that, where this computer is seen from.',
  topic: 'Change the world',
  inputs: {
    ip: optional('[ip]', 'address or CIDR; found out when not given'),
    from: list('--from <addresses>', 'the old ones, where firewalls that no CSV describes let several in'),
    keep: toggle('--keep', 'let both in where the new one does not get in'),
    unchecked: toggle('--unchecked', 'close the old one although it cannot be tried from here'),
    yes: toggle('-y, --yes', 'do not ask'),
  },
  exits: { 1: 'the new address does not get in' },
  examples: [
    { line: 'atlas update-ip', does: 'to where this computer is now' },
    { line: 'atlas update-ip 203.0.113.200', does: 'to another address, which cannot be tried from here' },
  ],
  async run({ ip, from, keep, unchecked, yes }, context) {
    const client = await context.connect()
    const all = await existing(client)
    const here = await hereOf(context, client, all)
    const wanted = wantedAddresses(context, ip, here)
    const additional = additionalAddresses(context.env)
    const doors = all.flatMap((one) => doorOf(one, { wanted, additional, from }))
    const remember = () => tellAddresses(context.dataDir, ip !== undefined && ip !== here ? wanted : undefined)
    const next = [{ line: 'atlas plan', does: 'nothing is left to do there' }]
    if (doors.length === 0) {
      remember()
      return { json: { addresses: wanted, changed: [] }, text: () => `${wanted.join(', ')} is let in already.`, next }
    }
    const old = [...new Set(doors.flatMap((door) => door.old))]
    const plans = await Promise.all(doors.map((door) => client.planApply(door.beside)))
    for (const plan of plans) if (!isNothing(plan)) context.say(`${await showPlan(plan, context.terminal)}\n`)
    const closing = old.length > 0 ? `, and close ${old.join(', ')} once it gets in` : ''
    if (!(await agreed(context, `Let ${wanted.join(', ')} in${closing}?`, yes)))
      return { text: () => 'Nothing was changed.' }
    for (const [n, door] of doors.entries()) await bringAbout(context, client, door.beside, plans[n])

    if (here !== undefined && isAmong(here, wanted)) await tryDoors(context, client, doors, { wanted, keep })
    else if (old.length > 0 && !unchecked && !(await mayClose(context, { here, wanted, old })))
      return {
        json: { addresses: wanted, changed: doors.map(({ name }) => name), open: old, checked: false },
        text: () => `Both are let in: ${[...wanted, ...old].join(', ')}.`,
        next: [{ line: `atlas update-ip ${wanted.join(',')} --unchecked`, does: `close ${old.join(', ')}` }],
      }
    for (const door of doors) await bringAbout(context, client, door.after)
    remember()
    return {
      json: { addresses: wanted, changed: doors.map(({ name }) => name), closed: old },
      text: () => `${wanted.join(', ')} is let in${old.length > 0 ? `, ${old.join(', ')} is not any more` : ''}.`,
      next,
    }
  },
})

function wantedAddresses({ env }: Context, ip: string | undefined, here: string | undefined): string[] {
  const configured = configuredAddresses(env)
  const given = ip === undefined ? undefined : readAddresses('ip', ip)
  if (configured && given && given.join() !== configured.join())
    throw new AtlasError('usage', `ADMIN_IP is ${configured.join(',')}: the next atlas up would undo this`, {
      hint: `export ADMIN_IP=${given.join(',')}, then atlas update-ip`,
    })
  const wanted = given ?? configured ?? (here === undefined ? [] : [here])
  if (wanted.length > 0) return wanted
  throw new AtlasError('usage', 'The address of this computer could not be found out', { hint: 'atlas update-ip <ip>' })
}

async function hereOf(
  { env }: Context,
  client: Client,
  [first]: readonly Infrastructure[],
): Promise<string | undefined> {
  return addressOfThisComputer(env, client, first?.provider ?? 'digitalocean').catch(() => undefined)
}

/** @throws AtlasError `machine_unreachable` where no machine of an infrastructure lets this computer in */
async function tryDoors(
  context: Context,
  client: Client,
  doors: readonly Door[],
  { wanted, keep }: { wanted: readonly string[]; keep: boolean },
): Promise<void> {
  const out = await Promise.all(doors.map((door) => keptOut(door.targets, context.dataDir)))
  const isShut = doors.some(({ targets }, n) => targets.length > 0 && out[n]!.length === targets.length)
  if (!isShut) {
    for (const { machine, why } of out.flat()) context.remark(`${machine} did not answer: ${why}`)
    return
  }
  if (!keep) for (const door of doors) await bringAbout(context, client, door.before)
  throw new AtlasError('machine_unreachable', `${wanted.join(', ')} does not get in: ${told(out.flat())}`, {
    hint: `${keep ? 'both are let in' : 'everything is as before'}; mend that, and the same again`,
  })
}

/** Where nobody can answer, the old one stays open: that can be said later too. */
async function mayClose(
  context: Context,
  { here = 'an unknown address', wanted, old }: { here: string | undefined; wanted: string[]; old: string[] },
): Promise<boolean> {
  const question = `This computer is seen at ${here}, so ${wanted.join(', ')} cannot be tried from here. Close ${old.join(', ')} all the same?`
  return context.terminal.asks && !context.json && agreed(context, question, false)
}

/** @throws AtlasError where it comes to nothing */
async function bringAbout(
  context: Context,
  client: Client,
  description: JsonObject,
  seen?: Planned,
): Promise<Operation | undefined> {
  const plan = seen ?? (await client.planApply(description))
  if (isNothing(plan)) return undefined
  const { operation } = await follow(context, client, await client.apply(description, { planHash: plan.hash }))
  outcomeOf(context, plan, operation, [])
  return operation
}

const told = (out: readonly { machine: string; why: string }[]) =>
  out.map(({ machine, why }) => `${machine} (${why})`).join(', ')
