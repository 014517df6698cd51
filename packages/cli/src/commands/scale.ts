import { resolve } from 'node:path'
import { type Change, carryOut, isNothing } from '../change.ts'
import { command, required, requiredCount, text, toggle } from '../command.ts'
import { describe } from '../input/description.ts'
import { type ScaledFile, scaleFleet } from '../input/fleet.ts'
import { rewrite } from '../input/rewrite.ts'
import { approvedBy } from '../inputs.ts'
import { startKept } from '../kept-plan.ts'
import { showPlan } from '../show/plan.ts'
import type { Colours } from '../terminal.ts'

export default command({
  summary: 'Give a project another number of servers',
  description:
    'Changes its number in projects.csv, and nothing else of that file, and what follows from it, in one operation: machines, what is deployed on them, the load balancer. More servers: machines first, then what serves now on them, then traffic. Fewer: traffic away first, then the machines. 0: what serves moves to the machine of the load balancer. The file is written once the operation is accepted; refused, it stays as it is.',
  topic: 'Change the world',
  inputs: {
    project: required('<project>', 'as in projects.csv'),
    servers: requiredCount('<servers>', 'how many web machines it shall have'),
    csv: text('--csv <path>', 'the CSV of projects; projects.csv of the configuration when not given'),
    config: text('--config <folder>', 'the folder with the configuration; config when not given'),
    plan: toggle('--plan', 'only show what would be done'),
    ...approvedBy,
  },
  exits: { 130: 'you stopped watching; the operation goes on' },
  examples: [
    { line: 'atlas scale hostomatic 5 --plan', does: 'what it would change, and at what price' },
    { line: 'atlas scale hostomatic 5', does: 'do it, after asking' },
  ],
  async run({ project, servers, csv, config, plan: planOnly, ...approval }, context) {
    const source = { csv, config }
    const scaled = await scaleFleet(context, source, { project, servers })
    const description = await describe(context, { ...source, csvText: scaled.csv })
    context.say(difference(scaled, context.terminal.colours))
    if (planOnly) {
      const planned = await (await context.connect()).planApply(description)
      const shown = await showPlan(planned, context.terminal)
      const line = isNothing(planned) ? `atlas status ${description.name}` : `atlas scale ${project} ${servers}`
      return { json: planned, text: () => shown, next: [{ line, does: 'what comes next' }] }
    }
    const change: Change = {
      plan: (client) => client.planApply(description, { store: true }),
      start: (client, given) => startKept(client, given.planHash!, given),
      accepted: () => write(scaled),
      nothing: `Nothing is to be done: ${project} has ${servers} servers.`,
      next: [
        { line: `atlas status ${description.name}`, does: 'what runs now' },
        ...(scaled.from === scaled.to ? [] : [{ line: `atlas scale ${project} ${scaled.from}`, does: 'take it back' }]),
      ],
    }
    return carryOut(context, change, approval)

    function write({ file, written, csv: to }: ScaledFile) {
      if (to === written) return
      if (rewrite(resolve(context.cwd, file), { from: written, to })) return context.say(`${file} is written.`)
      context.remark(
        `${file} was changed meanwhile and is left as it is: set ${project} to ${servers} there, or the next atlas up takes this back.`,
      )
    }
  },
})

function difference({ file, line, before, after, from, to }: ScaledFile, { red, green, dim }: Colours): string {
  if (from === to) return dim(`${file}:${line} says ${to} already.`)
  return [dim(`${file}:${line}`), red(`- ${before}`), green(`+ ${after}`), ''].join('\n')
}
