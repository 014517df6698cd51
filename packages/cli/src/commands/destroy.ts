import type { Client } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'
import { carryOut } from '../change.ts'
import { command, naming, optional } from '../command.ts'
import { approvedBy } from '../inputs.ts'

export default command({
  summary: 'Delete an infrastructure and all that it holds',
  description:
    'Shows what would be deleted, asks, and deletes exactly that. What holds data is deleted only where --consent names it.',
  topic: 'Change the world',
  inputs: {
    infrastructure: naming(
      'infrastructure',
      optional('[infrastructure]', 'by name or id; may be left out where there is only one'),
    ),
    ...approvedBy,
  },
  examples: [
    { line: 'atlas plan --destroy shop', does: 'only look' },
    { line: 'atlas destroy shop', does: 'delete it, after asking' },
    { line: 'atlas destroy shop --yes --consent data-disk', does: 'unattended, and agree to lose data-disk' },
  ],
  async run({ infrastructure, ...approval }, context) {
    const client = await context.connect()
    const name = infrastructure ?? (await onlyOne(client))
    return carryOut(
      context,
      {
        plan: () => client.planDestroy(name),
        start: (_client, given) => client.destroy(name, given),
        nothing: `Nothing of ${name} is left.`,
        next: [{ line: 'atlas status', does: 'see what is left' }],
      },
      approval,
    )
  },
})

async function onlyOne(client: Client): Promise<string> {
  const existing = (await client.infrastructures()).filter(({ status }) => !['destroyed', 'released'].includes(status))
  const [one] = existing
  if (!one) throw new AtlasError('not_found', 'There is nothing to destroy', { hint: 'atlas status' })
  if (existing.length === 1) return one.name
  const names = existing.map(({ name }) => name)
  throw new AtlasError('usage', `Which of ${names.join(', ')}?`, { hint: `atlas destroy ${one.name}` })
}
