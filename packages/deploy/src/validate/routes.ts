import { laneOf } from '../names.ts'
import type { Machine } from '../plan/input.ts'
import { siteOf } from '../plan/site.ts'
import type { Files } from '../proxies/files.ts'
import { proxies, proxyNamed } from '../proxies/index.ts'
import { type Balancer, type Site, securedFor } from '../proxies/proxy.ts'
import { again, type Finding } from './finding.ts'
import type { MachineSight, ProxySight } from './look.ts'
import type { Records, Served } from './records.ts'

/** The live configuration of each load balancer, against the one that is rendered from the records. */
export const routesOn = (machine: string, sight: MachineSight, records: Records): Finding[] =>
  proxies.flatMap((proxy) => routesOf({ machine, proxy, sight: sight.proxies[proxy.name] }, records))

interface Looked {
  machine: string
  proxy: Balancer
  sight: ProxySight
}

function routesOf(balancer: Looked, records: Records): Finding[] {
  const { machine, proxy, sight } = balancer
  const own = records.served.filter(
    ({ spec }) => spec.master === machine && !spec.balancers && proxyNamed(spec.proxy) === proxy,
  )
  const [first] = own
  const left = strays(balancer, own, records)
  if (!first) return left
  const down: Finding[] = sight.runs
    ? []
    : [
        {
          code: 'balancer_down',
          where: machine,
          found: `${proxy.name} does not run`,
          expected: `${proxy.name} with the routes of Atlas`,
          hint: `atlas ssh ${machine} -- ${proxy.begin}`,
        },
      ]
  const sites = own.flatMap((served) => {
    const site = expectedSite(served, records.machines)
    return differences(balancer, served, proxy.siteFiles(site, { secured: served.secured !== undefined }))
  })
  return [...down, ...differences(balancer, first, proxy.mainFiles), ...sites, ...left]
}

function differences({ machine, proxy, sight }: Looked, served: Served, files: Files): Finding[] {
  return Object.entries(files).flatMap(([path, text]): Finding[] => {
    const there = sight.files[path]
    if (there === text) return []
    const { found, expected } = firstDifference(there, text)
    return [
      {
        code: 'route_differs',
        where: `${machine}:${proxy.live}/${path}`,
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

/** Files of environments that no record has it balance. */
function strays({ machine, proxy, sight }: Looked, own: readonly Served[], { changing }: Records): Finding[] {
  const known = new Set(own.map((one) => laneOf(one.project, one.environment)))
  return Object.keys(sight.files).flatMap((path): Finding[] => {
    const [, lane] = path.match(/^sites\/([^.]+\.[^.]+)\./) ?? []
    if (lane === undefined || known.has(lane) || changing.has(lane)) return []
    return [
      {
        code: 'route_stray',
        where: `${machine}:${proxy.live}/${path}`,
        found: `routes of ${lane.replace('.', ' ')}`,
        expected: 'none: nothing of it serves',
        hint: `atlas ssh ${machine} -- rm ${proxy.live}/${path}`,
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
