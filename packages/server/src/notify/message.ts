import type { CloudEvent } from '@atlas/core'

interface Told {
  kind?: string
  project?: string
  environment?: string
  release?: string
  by?: string
  error?: { code: string; message: string; hint?: string }
  resources?: { resource: string; reason: string }[]
  environments?: { project: string; environment: string; release: string | null }[]
  service?: string
  machine?: string
  reason?: string
  outMs?: number
  running?: number
  queued?: number
}

export interface Message {
  subject: string
  text: string
}

/** What an event is called in a mail. Line breaks never come into a subject. */
export function messageOf(event: CloudEvent): Message {
  const data = (event.data ?? {}) as Told
  const what = data.project ? `${data.project} ${data.environment}` : `${data.kind ?? ''} ${event.subject ?? ''}`.trim()
  const [subject, lines] = (templates[event.type] ?? other)(what, data, event)
  const about = [
    event.operation ? `Operation ${event.operation}: atlas operations show ${event.operation}` : undefined,
    `${event.time}, workspace ${event.workspace}`,
  ]
  const text = [...lines, '', ...about].filter((line) => line !== undefined).join('\n')
  return { subject: `[Atlas] ${subject}`.replaceAll(/\s+/g, ' ').slice(0, 200), text: `${text}\n` }
}

type Template = (what: string, data: Told, event: CloudEvent) => [subject: string, lines: string[]]

const other: Template = (what, data, { type }) => [`${type} ${what}`, [JSON.stringify(data, null, 2)]]

const templates: Partial<Record<string, Template>> = {
  'deployment.completed': (what, { release }) => [
    release ? `${what} is at ${release}` : `${what} is done`,
    [release ? `${release} serves ${what}.` : `${what} was carried out.`],
  ],
  'deployment.failed': (what, { release, error }) => [
    `${what} FAILED${error ? `: ${error.code}` : ''}`,
    [
      `${release ? `${release} could not be brought to ${what}` : `${what} failed`}. What served before still serves.`,
      '',
      ...(error ? [error.message, ...(error.hint ? [`Next: ${error.hint}`] : [])] : []),
    ],
  ],
  'operation.cancelled': (what) => [`${what} was cancelled`, [`${what} was cancelled.`]],
  'target.ejected': (what, { service, machine, reason }) => [
    `${service} of ${what} does not answer on ${machine}`,
    [`${reason}. It gets no requests until it answers again; the others have them.`, '', 'Next: atlas validate'],
  ],
  'target.failing': (what, { service, machine, reason }) => [
    `${service} of ${what} is DOWN on ${machine}`,
    [`${reason}. It is the last of its service, so nobody has its requests.`, '', 'Next: atlas validate'],
  ],
  'target.restored': (what, { service, machine, reason, outMs = 0 }) => [
    `${service} of ${what} answers again on ${machine}`,
    [`It did not for ${Math.round(outMs / 1000)} s: ${reason}.`],
  ],
  'drift.detected': (_, { resources = [] }, { subject }) => [
    `${subject} is not as it should be`,
    [...resources.map(({ resource, reason }) => `${resource}: ${reason}`), '', `Next: atlas repair ${subject} --plan`],
  ],
  'drift.cleared': (_, __, { subject }) => [`${subject} has recovered`, [`${subject} is as it should be again.`]],
  'server.heartbeat': (_, { environments = [], running = 0, queued = 0 }) => [
    `all is running: ${environments.length} environments`,
    [
      ...environments.map(({ project, environment, release }) => `${project} ${environment}: ${release ?? 'nothing'}`),
      `${running} operations run, ${queued} wait.`,
    ],
  ],
  'webhook.test': () => ['test', ['This is what `atlas notify test` sends. Mail from Atlas arrives.']],
}
