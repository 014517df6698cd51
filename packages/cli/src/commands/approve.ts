import { bodyOf } from '@atlas/client'
import { agreed } from '../ask.ts'
import { consentFor, questionFor } from '../change.ts'
import { command, list, required, text, toggle } from '../command.ts'
import { keptPlan } from '../kept-plan.ts'
import { showPlan } from '../show/plan.ts'
import { harmless } from '../show/text.ts'

export default command({
  summary: 'Let a plan be carried out that waits for a person',
  description:
    'Shows a plan that an agent has made, or somebody else, and asks. Who asked for it carries it out then. Neither an agent nor who asked for the plan can approve it.',
  topic: 'Change the world',
  inputs: {
    hash: required('<hash>', 'as `atlas plans` shows it; its first 8 digits are enough'),
    yes: toggle('-y, --yes', 'do not ask'),
    consent: list('--consent <names>', 'resources whose data may be lost, with commas between'),
    reason: text('--reason <words>', 'told to who asked'),
  },
  examples: [
    { line: 'atlas approve <hash>', does: 'look at it, then agree or not' },
    { line: 'atlas approve <hash> --consent data', does: 'and the data of this resource may be lost' },
  ],
  async run({ hash: typed, yes, reason, ...given }, context) {
    const client = await context.connect()
    const { plan } = await keptPlan(client, typed)
    const { hash } = plan
    context.say(`${await showPlan(plan, context.terminal)}\n`)
    const consent = [...(await consentFor(context, plan, given))]
    const question = `Let this be carried out? ${questionFor(plan)}`
    if (!(await agreed(context, question, yes))) return { text: () => 'Nothing was approved.' }
    const body = { consent, ...(reason !== undefined && { reason }) }
    const approved = await bodyOf(client.api.POST('/api/v1/plans/{hash}/approve', { params: { path: { hash } }, body }))
    const asker = harmless(approved.approval?.asked_by ?? approved.made_by)
    return {
      json: approved,
      text: () => `Approved. ${asker} can have it carried out until ${approved.expires_at}.`,
      next: [
        { line: `atlas apply ${hash}`, does: 'carry it out here and now' },
        { line: `atlas reject ${hash}`, does: 'take that back, as long as it is not carried out' },
      ],
    }
  },
})
