import { AtlasError } from '@atlas/core/errors'
import { command, text, toggle } from '../command.ts'
import { describe } from '../input/description.ts'
import { describedBy } from '../inputs.ts'
import { showComparison, showEstimate } from '../show/estimate.ts'

export default command({
  summary: 'What a description would cost a month',
  description: 'Adds up list prices of the catalogue. No cloud is asked, and nothing needs to exist.',
  topic: 'Look',
  inputs: {
    ...describedBy,
    compare: toggle('--compare', 'the same need at every provider whose prices are known'),
    transfer: text('--transfer <GiB>', 'outbound transfer expected in a month, instead of what the description says'),
  },
  examples: [
    { line: 'atlas estimate', does: 'config/projects.csv, line by line' },
    {
      line: 'atlas estimate --transfer 9000',
      does: 'with what 9,000 GiB of outbound transfer cost beyond what is included',
    },
    { line: 'atlas estimate --compare', does: 'beside what AWS, Azure and GCP would cost' },
    { line: 'atlas estimate -f infra.json --json', does: 'for programs' },
  ],
  async run({ transfer, compare, ...where }, context) {
    const client = await context.connect()
    const description = await describe(context, { ...where, forPrice: true })
    const estimate = await client.estimate({ ...description, ...expecting(transfer) }, { compare })
    return {
      json: estimate,
      text: () => (compare ? showComparison : showEstimate)(estimate, context.terminal.colours),
      next: [{ line: 'atlas plan', does: 'what it would change' }],
    }
  },
})

function expecting(transfer: string | undefined) {
  if (transfer === undefined) return {}
  if (/^\d+(\.\d+)?$/.test(transfer)) return { expected_transfer_gb: Number(transfer) }
  throw new AtlasError('usage', `--transfer ${transfer}: expected GiB a month, such as 9000`)
}
