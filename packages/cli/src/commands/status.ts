import { deploys, type InfrastructureFilter } from '@atlas/client'
import { choice, command, list, naming, optional, text } from '../command.ts'
import { ended } from '../follow/follow.ts'
import { showEnvironments } from '../show/deploys.ts'
import { showInfrastructures } from '../show/infrastructure.ts'
import { paintStatus } from '../show/operations.ts'
import { plural } from '../show/text.ts'
import { isKeyless } from '../ssh/machine.ts'

const states = ['new', 'changing', 'ready', 'degraded', 'destroyed', 'released'] as const

export default command({
  summary: 'What exists now, in what state, what it costs, and what serves on it',
  topic: 'Look',
  inputs: {
    infrastructure: naming('infrastructure', optional('[infrastructure]', 'only this one, by name or id')),
    tag: list('-t, --tag <tags>', 'only what has these tags, such as environment:production'),
    state: choice('--state <state>', 'only what is in this state', states),
    provider: text('--provider <cloud>', 'only what is on this cloud'),
  },
  exits: { 1: 'something is degraded' },
  examples: [
    { line: 'atlas status', does: 'everything' },
    { line: 'atlas status --tag environment:production', does: 'what has this tag' },
    { line: 'atlas status shop --json', does: 'one infrastructure, for programs' },
  ],
  async run({ infrastructure, ...filter }, context) {
    const client = await context.connect()
    const [found, operations, environments] = await Promise.all([
      infrastructure === undefined
        ? client.infrastructures(only(filter))
        : client.infrastructure(infrastructure).then((one) => [one]),
      client.operations({ limit: 20, ...(infrastructure === undefined ? {} : { infrastructure }) }),
      deploys(client.api).environments({ observe: true }),
    ])
    const existing =
      infrastructure === undefined
        ? found.filter(({ status }) => filter.state === status || !['destroyed', 'released'].includes(status))
        : found
    const serving = environments.filter((one) => existing.some(({ name }) => name === one.infrastructure))
    const running = operations.filter((operation) => !ended(operation))
    const { colours } = context.terminal
    const runningLines = running.map(
      ({ id, kind, infrastructure: of, status, completed_steps, total_steps }) =>
        `${paintStatus(status, colours)}: ${kind} ${of}, ${completed_steps} of ${plural(total_steps, 'step')} (${id})`,
    )
    const machine = existing.flatMap(({ resources }) => resources).find((one) => one.ssh && !isKeyless(one))
    const degraded = existing.find(({ status }) => status === 'degraded')
    return {
      json: { infrastructure: existing, environments: serving, operations: running },
      text: () =>
        [
          existing.length === 0 ? 'Nothing exists yet.' : showInfrastructures(existing, colours),
          ...(serving.length > 0 ? [showEnvironments(serving, colours)] : []),
          ...runningLines,
        ].join('\n\n'),
      exit: degraded ? 1 : 0,
      next: [
        ...running.slice(0, 1).map(({ id }) => ({ line: `atlas operations watch ${id}`, does: 'follow it' })),
        ...(degraded ? [{ line: `atlas repair ${degraded.name}`, does: 'bring it back to its description' }] : []),
        ...(machine ? [{ line: `atlas ssh ${machine.name} -- uname -a`, does: 'run a command there' }] : []),
        ...(machine ? [] : [{ line: 'atlas plan', does: 'what would change' }]),
      ],
    }
  },
})

const only = ({
  tag,
  state,
  provider,
}: {
  tag: readonly string[]
  state: (typeof states)[number] | undefined
  provider: string | undefined
}): InfrastructureFilter => ({
  ...(tag.length > 0 && { tag: [...tag] }),
  ...(state !== undefined && { status: state }),
  ...(provider !== undefined && { provider }),
})
