import { bodyOf, type Client, type Planned } from '@atlas/client'
import { carryOut } from '../change.ts'
import { command, required } from '../command.ts'
import { approvedBy } from '../inputs.ts'

export default command({
  summary: 'Carry out a plan that somebody else made',
  description:
    'Shows a plan that was kept, asks, and carries out exactly that: what an agent planned, or a colleague. Refused where the world has changed since.',
  topic: 'Change the world',
  inputs: { hash: required('<hash>', 'the hash of the plan'), ...approvedBy },
  examples: [
    { line: 'atlas approve <hash>', does: 'look at it, then agree or not' },
    { line: 'atlas approve <hash> --consent data', does: 'and the data of this resource may be lost' },
  ],
  run: ({ hash, ...approval }, context) =>
    carryOut(
      context,
      {
        plan: ({ api }) => keptPlan(api, hash),
        start: async ({ api }, { consent = [] }) => {
          const call = api.POST('/api/v1/plans/{hash}/apply', {
            params: { path: { hash } },
            body: { consent: [...consent] },
          })
          return (await bodyOf(call)).operation
        },
        nothing: 'The plan changes nothing.',
        next: [{ line: 'atlas status', does: 'what runs now' }],
      },
      approval,
    ),
})

async function keptPlan(api: Client['api'], hash: string): Promise<Planned> {
  const { plan, gate } = await bodyOf(api.GET('/api/v1/plans/{hash}', { params: { path: { hash } } }))
  return { ...(plan as Omit<Planned, 'gate'>), gate }
}
