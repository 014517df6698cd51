import { deploys } from '@atlas/client'
import { command, naming, optional } from '../command.ts'
import { showValidations } from '../show/validation.ts'

export default command({
  summary: 'Whether records, machines and load balancers agree, and what to type where they do not',
  description:
    'Asks every machine by SSH, for 10 seconds at most, and changes nothing. It finds machines that are missing, made anew or silent; instances that do not run, run another release, or should not run; ports that somebody else listens at; routes of the load balancer that are not as rendered.',
  topic: 'Look',
  inputs: { infrastructure: naming('infrastructure', optional('[infrastructure]', 'only this one, by name or id')) },
  exits: { 1: 'something does not agree' },
  examples: [
    { line: 'atlas validate', does: 'all there is' },
    { line: 'atlas validate fleet --json', does: 'one infrastructure, for programs' },
  ],
  async run({ infrastructure }, context) {
    const client = await context.connect()
    const names =
      infrastructure === undefined
        ? (await client.infrastructures()).filter(({ status }) => !gone.has(status)).map(({ name }) => name)
        : [infrastructure]
    const all = await Promise.all(names.map((name) => deploys(client.api).validate(name)))
    const findings = all.flatMap((one) => one.findings)
    return {
      json: { validations: all },
      text: () => showValidations(all, context.terminal.colours),
      exit: findings.length > 0 ? 1 : 0,
      next: [
        ...findings.slice(0, 1).map(({ hint, where }) => ({ line: hint, does: `for ${where}` })),
        ...(findings.length === 0 ? [{ line: 'atlas status', does: 'what there is' }] : []),
      ],
    }
  },
})

const gone = new Set(['destroyed', 'released'])
