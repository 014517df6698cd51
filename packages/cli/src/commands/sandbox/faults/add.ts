import { AtlasError } from '@atlas/core/errors'
import { choice, command, text } from '../../../command.ts'
import { findSandbox, sandboxAdmin } from '../../../sandbox/admin.ts'
import { showFaults } from '../../../sandbox/faults.ts'

const requestKinds = ['latency', 'rate_limit', 'error', 'lost_request', 'lost_answer', 'slow_answer', 'list_lag']
const machineKinds = ['crash', 'hang', 'partition', 'slow_disk']

export default command({
  summary: 'Break something: answers of the API, or a machine',
  description:
    'Kinds that hit requests: latency, rate_limit (429), error (5xx), lost_request, lost_answer (done, but nobody hears of it), slow_answer (done, heard of too late), list_lag. Kinds that hit a machine: crash, hang, partition, slow_disk.',
  topic: 'Servers',
  inputs: {
    kind: choice('--kind <kind>', 'what goes wrong', [...requestKinds, ...machineKinds]),
    machine: text('--machine <name>', 'for a fault of a machine: its name'),
    method: text('--method <method>', 'only requests of this method'),
    path: text('--path <path>', 'only requests to this path; * stands for any text'),
    probability: text('--probability <number>', 'how likely a request is hit, 0 to 1'),
    seed: text('--seed <number>', 'the same seed hits the same requests'),
    count: text('--count <number>', 'end after so many hits'),
    forMs: text('--for-ms <ms>', 'end after this time'),
    ms: text('--ms <ms>', 'how long, for latency, slow_answer, list_lag and slow_disk'),
    status: text('--status <code>', 'for error: 500 when not given'),
    when: choice('--when <when>', 'for error: whether what was asked for happens all the same', ['before', 'after']),
    retryAfter: text('--retry-after <seconds>', 'for rate_limit'),
  },
  examples: [
    { line: 'atlas sandbox faults add --kind latency --ms 500', does: 'every answer is slow' },
    {
      line: 'atlas sandbox faults add --kind lost_answer --method POST --path /v2/droplets --count 1',
      does: 'a machine is made, and nobody hears of it',
    },
    {
      line: 'atlas sandbox faults add --kind hang --machine web1',
      does: 'web1 accepts connections and answers nothing',
    },
  ],
  async run({ kind, machine, ...values }, { dataDir, terminal }) {
    if (kind === undefined)
      throw new AtlasError('usage', 'Which kind of fault?', { hint: 'atlas sandbox faults add --help' })
    const admin = sandboxAdmin(findSandbox(dataDir))
    const target = machineKinds.includes(kind) ? { droplet: await dropletOf(admin, kind, machine) } : {}
    const fault = await admin.addFault({ kind, ...target, ...parameters(kind, values) })
    return {
      json: { fault },
      text: () => showFaults([fault], terminal.colours),
      next: [{ line: `atlas sandbox faults clear ${fault.id}`, does: 'end it' }],
    }
  },
})

type Values = Partial<Record<'method' | 'path' | 'when' | NumberName, string | undefined>>
type NumberName = 'probability' | 'seed' | 'count' | 'forMs' | 'ms' | 'status' | 'retryAfter'

/** What was typed, by the names and types of the sandbox's endpoint. Whether it fits the kind is for that to say. */
function parameters(kind: string, { method, path, when, ...numbers }: Values): Record<string, unknown> {
  const names: Record<NumberName, string> = {
    probability: 'probability',
    seed: 'seed',
    count: 'count',
    forMs: 'expires_in_ms',
    ms: kind === 'slow_disk' ? 'delay_ms' : 'ms',
    status: 'status',
    retryAfter: 'retry_after_s',
  }
  const given = Object.entries(numbers).filter(([, typed]) => typed !== undefined)
  return {
    ...(method === undefined ? {} : { method: method.toUpperCase() }),
    ...(path === undefined ? {} : { path }),
    ...(when === undefined ? {} : { when }),
    ...Object.fromEntries(given.map(([name, typed]) => [names[name as NumberName], Number(typed)])),
  }
}

async function dropletOf(
  admin: ReturnType<typeof sandboxAdmin>,
  kind: string,
  name: string | undefined,
): Promise<number> {
  const { droplets } = await admin.info()
  const found = droplets.find((droplet) => droplet.name === name)
  if (found) return found.id
  const names = droplets.map((droplet) => droplet.name).join(', ')
  const asked = name === undefined ? 'Which machine?' : `There is no machine ${name}`
  throw new AtlasError('usage', asked, {
    hint: `atlas sandbox faults add --kind ${kind} --machine <name>  (there are: ${names})`,
  })
}
