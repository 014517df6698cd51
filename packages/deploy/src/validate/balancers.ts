import { canonical, type Json, type JsonObject } from '@atlas/core'
import { aimed } from '../perform/aim.ts'
import { type Aim, aimsOf } from '../plan/aim.ts'
import { again, type Finding } from './finding.ts'
import type { Records, Served } from './records.ts'

/** Load balancers of the cloud, against where the records have them send to. */
export function balancersOf(served: Served, { machines, balancers, infrastructure }: Records): Finding[] {
  const { spec } = served
  const there = spec.machines.flatMap((name) => machines.find((one) => one.name === name) ?? [])
  return aimsOf(spec, there).flatMap((aim): Finding[] => {
    const now = balancers?.get(aim.balancer)
    const where = aim.balancer
    if (!now || now instanceof Error)
      return [
        {
          code: 'balancer_down',
          where,
          found: now ? now.message : 'no such load balancer in the cloud',
          expected: `${aim.service} of ${served.project} ${served.environment} behind it`,
          hint: `atlas repair ${infrastructure} --plan`,
        },
      ]
    const ids = there.map(({ id }) => id)
    const { health } = aim
    if (sameRoute(now, aimed(now, { port: aim.port, ids, health }))) return []
    return [
      {
        code: 'route_differs',
        where,
        found: routeOf(now, machines),
        expected: expectedOf(aim),
        hint: again(served),
      },
    ]
  })
}

const sameRoute = (one: JsonObject, other: JsonObject): boolean =>
  (['forwarding_rules', 'health_check', 'machines'] as const).every((field) => text(one[field]) === text(other[field]))

/** The order of rules and machines means nothing. */
const text = (value: Json | undefined): string =>
  Array.isArray(value) ? canonical(value.map((one) => canonical(one)).sort()) : canonical(value ?? null)

function routeOf(now: JsonObject, machines: Records['machines']): string {
  const ports = new Set((now.forwarding_rules as JsonObject[]).map((rule) => String(rule.target_port)))
  const ids = (now.machines ?? []) as string[]
  const names = ids.map((id) => machines.find((one) => one.id === id)?.name ?? id)
  const { path, port } = now.health_check as JsonObject
  return inWords([...ports].join(', '), names, `${path} at port ${port}`)
}

const expectedOf = ({ port, machines, health }: Aim): string =>
  inWords(String(port), machines, `${health.path} at port ${port}`)

const inWords = (port: string, machines: readonly string[], check: string) =>
  `to port ${port} of ${[...machines].sort().join(', ') || 'no machine'}, where ${check} answers`
