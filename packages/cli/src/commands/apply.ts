import { carryOut } from '../change.ts'
import { command, required } from '../command.ts'
import { approvedBy } from '../inputs.ts'
import { keptPlan, startKept } from '../kept-plan.ts'

export default command({
  summary: 'Carry out a plan that was kept, by its hash',
  description:
    'Shows the plan, asks, and carries out exactly that. Refused where the world has changed since. Where somebody else has to approve the plan, this asks them for it; the same again, once they have, carries it out.',
  topic: 'Change the world',
  inputs: { hash: required('<hash>', 'as `atlas plan --save` shows it; its first 8 digits are enough'), ...approvedBy },
  examples: [
    { line: 'atlas apply <hash>', does: 'look at it, then agree or not' },
    { line: 'atlas apply <hash> --consent data', does: 'and the data of this resource may be lost' },
  ],
  async run({ hash: typed, ...given }, context) {
    const { plan, approval } = await keptPlan(await context.connect(), typed)
    const { hash } = plan
    // Who approved it has agreed to the losses, and the server takes nobody else's word for them.
    const agreed = approval?.status === 'approved' ? approval.consent : []
    return carryOut(
      context,
      {
        plan: async () => plan,
        start: (client, given) => startKept(client, hash, given),
        nothing: 'The plan changes nothing.',
        next: [{ line: 'atlas status', does: 'what runs now' }],
      },
      { ...given, consent: [...given.consent, ...agreed] },
    )
  },
})
