import type { JsonObject } from '@atlas/core'
import { carryOut } from '../change.ts'
import { command } from '../command.ts'
import { describe } from '../input/description.ts'
import { approvedBy, describedBy } from '../inputs.ts'
import { isKeyless } from '../ssh/machine.ts'

export default command({
  summary: 'Make the cloud as the description says',
  description:
    'Plans, shows the plan, asks, and carries out exactly what was shown. Ctrl-C stops watching, not the operation.',
  topic: 'Start here',
  inputs: { ...describedBy, ...approvedBy },
  exits: { 130: 'you stopped watching; the operation goes on' },
  examples: [
    { line: 'atlas up', does: 'bring config/projects.csv about, after asking' },
    { line: 'atlas up --yes --json', does: 'the same unattended, with the operation as JSON' },
    { line: 'atlas up -f infra.json', does: 'from a description in JSON or YAML' },
  ],
  async run({ file, csv, config, ...approval }, context) {
    const client = await context.connect()
    const description = await describe(context, { file, csv, config })
    return carryOut(
      context,
      {
        plan: () => client.planApply(description),
        start: (_client, given) => client.apply(description, given),
        nothing: `Nothing is to be done: ${description.name} is as its description says.`,
        next: [
          { line: 'atlas status', does: 'what runs now' },
          ...machinesOf(description)
            .slice(0, 1)
            .map((name) => ({ line: `atlas ssh ${name} -- uname -a`, does: 'run a command there' })),
        ],
      },
      approval,
    )
  },
})

/** Those that somebody can log in to. */
function machinesOf({ resources }: JsonObject): string[] {
  const all = Array.isArray(resources) ? (resources as { type?: string; name?: string; specifications?: object }[]) : []
  return all.flatMap(({ type, name, specifications = {} }) =>
    name && ['machine', 'droplet'].includes(type ?? '') && !isKeyless({ specifications }) ? [name] : [],
  )
}
