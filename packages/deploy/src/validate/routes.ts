import { laneOf } from '../names.ts'
import type { Machine } from '../plan/input.ts'
import { siteOf } from '../plan/site.ts'
import { mainFiles } from '../proxies/nginx/main-files.ts'
import { siteFiles } from '../proxies/nginx/render.ts'
import { type Site, securedFor } from '../proxies/proxy.ts'
import { again, type Finding } from './finding.ts'
import type { MachineSight } from './look.ts'
import type { Records, Served } from './records.ts'

/** The live configuration of a load balancer, against the one that is rendered from the records. */
export function routesOn(machine: string, { nginx }: MachineSight, records: Records): Finding[] {
  const own = records.served.filter(({ spec }) => spec.master === machine)
  const [first] = own
  const sites = own.flatMap((served) =>
    differences(
      machine,
      nginx.files,
      served,
      siteFiles(expectedSite(served, records.machines), { secured: served.secured !== undefined }),
    ),
  )
  if (!first) return strays(machine, nginx.files, records)
  const down: Finding[] = nginx.runs
    ? []
    : [
        {
          code: 'balancer_down',
          where: machine,
          found: 'nginx does not run',
          expected: 'nginx with the routes of Atlas',
          hint: `atlas ssh ${machine} -- nginx -c /etc/atlas/nginx/live/nginx.conf`,
        },
      ]
  return [
    ...down,
    ...differences(machine, nginx.files, first, mainFiles),
    ...sites,
    ...strays(machine, nginx.files, records),
  ]
}

function differences(
  machine: string,
  live: Record<string, string>,
  served: Served,
  files: Record<string, string>,
): Finding[] {
  return Object.entries(files).flatMap(([path, text]): Finding[] => {
    const there = live[path]
    if (there === text) return []
    const { found, expected } = firstDifference(there, text)
    return [
      {
        code: 'route_differs',
        where: `${machine}:/etc/atlas/nginx/live/${path}`,
        found,
        expected,
        hint: again(served),
      },
    ]
  })
}

function firstDifference(live: string | undefined, rendered: string): { found: string; expected: string } {
  if (live === undefined) return { found: 'no such file', expected: 'the routes of the record' }
  const [is, should] = [live.split('\n'), rendered.split('\n')]
  const at = should.findIndex((line, n) => line !== is[n])
  const n = at < 0 ? should.length : at
  return { found: `line ${n + 1}: ${is[n]?.trim() ?? 'the end'}`, expected: should[n]?.trim() ?? 'the end' }
}

/** Files of environments that no record has this machine balance. */
function strays(machine: string, live: Record<string, string>, { served, changing }: Records): Finding[] {
  const known = new Set(
    served.filter(({ spec }) => spec.master === machine).map((one) => laneOf(one.project, one.environment)),
  )
  return Object.keys(live).flatMap((path): Finding[] => {
    const [, lane] = path.match(/^sites\/(.+?)\.(?:http|limits|paths)\.conf$/) ?? []
    if (lane === undefined || known.has(lane) || changing.has(lane)) return []
    const where = `${machine}:/etc/atlas/nginx/live/${path}`
    return [
      {
        code: 'route_stray',
        where,
        found: `routes of ${lane.replace('.', ' ')}`,
        expected: 'none: nothing of it serves',
        hint: `atlas ssh ${machine} -- rm /etc/atlas/nginx/live/${path}`,
      },
    ]
  })
}

/** As the load balancer is to have it: machines that are gone are no targets. */
function expectedSite({ spec, ejected = [], secured, ...place }: Served, machines: readonly Machine[]): Site {
  const there = spec.machines.flatMap((name) => machines.find((one) => one.name === name) ?? [])
  const isOut = (service: string, machine: string) =>
    ejected.some((one) => one.service === service && one.machine === machine)
  return securedFor(siteOf(place, spec, there, isOut), secured)
}
