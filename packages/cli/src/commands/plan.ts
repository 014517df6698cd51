import type { Plan } from '@atlas/core'
import { isNothing } from '../change.ts'
import { command, naming, text, toggle } from '../command.ts'
import { describe } from '../input/description.ts'
import { describedBy } from '../inputs.ts'
import { showMarkdown, showPlan } from '../show/plan.ts'

export default command({
  summary: 'What would change, why, and at what price',
  description: 'Compares the description with what is in the cloud now, and changes nothing.',
  topic: 'Start here',
  inputs: {
    ...describedBy,
    destroy: naming(
      'infrastructure',
      text('--destroy <infrastructure>', 'plan the end of this infrastructure instead'),
    ),
    save: toggle('--save', 'keep the plan for a day, to be carried out by its hash: atlas apply'),
    markdown: toggle('--markdown', 'as Markdown, for a pull request'),
    detailedExitcode: toggle('--detailed-exitcode', 'exit with 10 where something would change'),
  },
  exits: { 10: 'something would change (only with --detailed-exitcode)' },
  examples: [
    { line: 'atlas plan', does: 'what config/projects.csv would change' },
    { line: 'atlas plan -f infra.json', does: 'what a description in JSON or YAML would change' },
    { line: 'atlas plan --markdown > plan.md', does: 'the same, to be discussed' },
    { line: 'atlas plan --destroy shop', does: 'what destroying it would delete' },
    { line: 'atlas plan --save', does: 'keep it for somebody else to look at and carry out' },
  ],
  async run({ destroy, detailedExitcode, markdown, save, ...where }, context) {
    const client = await context.connect()
    const plan =
      destroy === undefined
        ? await client.planApply(await describe(context, where), { store: save })
        : await client.planDestroy(destroy, { store: save })
    const rendered = await (markdown ? showMarkdown(plan) : showPlan(plan, context.terminal))
    const anew = destroy === undefined ? `atlas up${again(where)}` : `atlas destroy ${destroy}`
    const carryOut = save ? `atlas apply ${plan.hash}` : anew
    const nothing = isNothing(plan)
    const next = nothing
      ? { line: 'atlas status', does: 'what runs now' }
      : {
          line: `${carryOut}${consenting(plan)}`,
          does: plan.consentNeeded.length > 0 ? 'carry it out, and lose what is named' : 'carry exactly this out',
        }
    return {
      json: plan,
      text: () => rendered,
      exit: detailedExitcode && !nothing ? 10 : 0,
      next: markdown ? [] : [next],
    }
  },
})

/** Without it the command would only be refused; what is lost stands in the plan above. */
const consenting = ({ consentNeeded }: Plan): string =>
  consentNeeded.length === 0 ? '' : ` --consent ${consentNeeded.map(({ resource }) => resource).join(',')}`

const again = ({
  file,
  csv,
  config,
}: {
  file?: string | undefined
  csv?: string | undefined
  config?: string | undefined
}) => [file && ` -f ${file}`, csv && ` --csv ${csv}`, config && ` --config ${config}`].filter(Boolean).join('')
