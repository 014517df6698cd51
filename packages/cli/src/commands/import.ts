import { existsSync, writeFileSync } from 'node:fs'
import { type AccountResource, adoption, type ImportWish } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'
import { carryOut } from '../change.ts'
import { command, naming, optional, rest, text, toggle } from '../command.ts'
import type { Context } from '../context.ts'
import { approvedBy } from '../inputs.ts'
import { showAccount } from '../show/account.ts'
import { showPlan } from '../show/plan.ts'

export default command({
  summary: 'Take what is in the cloud already into an infrastructure, and change nothing of it',
  description:
    'Without a name it lists what is in the account and nobody’s. The description is read from the cloud; what would not stay exactly as it is, is refused. `atlas release` is the way back.',
  topic: 'Change the world',
  inputs: {
    infrastructure: naming('infrastructure', optional('[infrastructure]', 'a new one, or one to add to')),
    resources: rest('[resource...]', 'as type:id or name=type:id, with the ids that the list shows'),
    tag: text('--tag <tag>', 'only, or all, that has this tag in the cloud and can be imported'),
    provider: text('--provider <name>', 'the cloud; digitalocean when not given'),
    region: text('--region <slug>', 'of a new infrastructure; that of the first resource when not given'),
    plan: toggle('--plan', 'only show what would be imported'),
    save: text('--save <path>', 'write the description there, as JSON'),
    ...approvedBy,
  },
  examples: [
    { line: 'atlas import', does: 'what could be imported' },
    { line: 'atlas import shop web1=machine:480000001', does: 'a machine, after asking' },
    {
      line: 'atlas import shop --tag team:web --save infra.json',
      does: 'all with a tag; infra.json describes it from now on',
    },
  ],
  async run({ infrastructure, resources, tag, provider = 'digitalocean', region, plan, save, ...approval }, context) {
    const { unowned, planImport, import: importInto } = adoption((await context.connect()).api)
    if (infrastructure === undefined) return listed(await unowned(provider, tag), context)
    if (save !== undefined && existsSync(save))
      throw new AtlasError('usage', `${save} exists already.`, { hint: 'name another file, or move that one away' })
    const wanted = resources.map(readResource)
    if (tag !== undefined)
      wanted.push(...(await unowned(provider, tag)).flatMap(({ suggested, id }) => importable(suggested, id)))
    if (wanted.length === 0)
      throw new AtlasError('usage', `Nothing to import into ${infrastructure}.`, { hint: 'atlas import' })
    const wish = { provider, resources: wanted, ...(region !== undefined && { region }) }
    const preview = await planImport(infrastructure, wish)
    if (save !== undefined) writeFileSync(save, `${JSON.stringify(preview.description, null, 2)}\n`)
    if (plan) {
      const shown = await showPlan(preview.plan, context.terminal)
      return { json: preview, text: () => shown, next: [{ line: 'atlas import --help', does: 'how to carry it out' }] }
    }
    const change = {
      plan: async () => preview.plan,
      start: (_: unknown, given: Parameters<typeof importInto>[2]) => importInto(infrastructure, wish, given),
      nothing: `All of it is part of ${infrastructure} already.`,
      next: [
        ...(save === undefined ? [] : [{ line: `atlas plan -f ${save}`, does: 'nothing to do, until you change it' }]),
        { line: `atlas status ${infrastructure}`, does: 'what is there' },
        { line: `atlas release ${infrastructure}`, does: 'the way back' },
      ],
    }
    return carryOut(context, change, approval)
  },
})

type Wanted = ImportWish['resources'][number]

function listed(resources: AccountResource[], { terminal }: Context) {
  const first = resources.find(({ suggested }) => suggested)
  const next = first
    ? { line: `atlas import shop ${first.type}:${first.id}`, does: `make ${first.name} part of shop` }
    : { line: 'atlas status', does: 'what Atlas has' }
  return { json: { resources }, text: () => showAccount(resources, terminal.colours), next: [next] }
}

const importable = (suggested: AccountResource['suggested'], id: string): Wanted[] =>
  suggested ? [{ type: suggested.type, id, name: suggested.name }] : []

/** `web1=machine:480000001`, with or without the name. Ids may hold colons and slashes, types neither. */
function readResource(typed: string): Wanted {
  const [, name, type, id] = /^(?:([^=:]+)=)?([a-z_]+):(.+)$/.exec(typed) ?? []
  if (type && id) return { type: type as Wanted['type'], id, ...(name && { name }) }
  throw new AtlasError('usage', `${typed} is no resource: expected type:id or name=type:id.`, { hint: 'atlas import' })
}
