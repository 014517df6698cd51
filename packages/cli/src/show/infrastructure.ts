import type { Infrastructure, Resource } from '@atlas/client'
import type { Colours } from '../terminal.ts'
import { table } from './table.ts'
import { money, plural } from './text.ts'

/** Every infrastructure with its resources. */
export function showInfrastructures(all: readonly Infrastructure[], colours: Colours): string {
  return all.map((one) => showInfrastructure(one, colours)).join('\n\n')
}

export function showInfrastructure(one: Infrastructure, colours: Colours): string {
  const title = [
    colours.bold(one.name),
    paintStatus(one.status, colours),
    `${one.provider} ${one.region}`,
    plural(one.resources.length, 'resource'),
    `${money(one.monthly_cost)} a month`,
  ].join('  ')
  return one.resources.length === 0 ? title : `${title}\n\n${resourceTable(one.resources, colours)}`
}

const resourceTable = (resources: readonly Resource[], colours: Colours) =>
  table(
    resources,
    [
      { head: 'name', cell: ({ name }) => name },
      { head: 'type', cell: ({ type }) => type },
      { head: 'state', cell: ({ phase }) => phase, paint: (text, { phase }) => paintPhase(phase, text, colours) },
      { head: 'size', cell: ({ specifications }) => word(specifications.size) },
      { head: 'address', cell: address },
      { head: 'ssh', cell: ({ ssh }) => (ssh ? `${ssh.user}@${ssh.host}:${ssh.port}` : '') },
      { head: 'a month', cell: ({ monthly_cost }) => money(monthly_cost), right: true },
    ],
    colours,
  )

/** What one would type to reach it. */
export function address({ attributes }: Pick<Resource, 'attributes'>): string {
  const { public_ip, ip, host, fqdn, ip_range, private_ip } = attributes
  return word(public_ip ?? ip ?? host ?? fqdn ?? ip_range ?? private_ip)
}

const word = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

function paintPhase(phase: Resource['phase'], text: string, { green, yellow, red }: Colours): string {
  if (phase === 'ready') return green(text)
  return phase === 'failed' || phase === 'missing' ? red(text) : yellow(text)
}

function paintStatus(status: Infrastructure['status'], { green, yellow, red, dim }: Colours): string {
  const paint = { ready: green, new: yellow, changing: yellow, degraded: red, destroyed: dim, released: dim }[status]
  return paint(status)
}
