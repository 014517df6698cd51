import { setTimeout as pause } from 'node:timers/promises'
import { AtlasError, type JsonObject } from '@atlas/core'
import type { HealthCheck } from '../config/schema.ts'
import type { Aim } from '../plan/aim.ts'
import type { Doing, PerformerParts } from './performer.ts'

/** Each load balancer goes by one request from the ports and machines that it had to those that it is to have. */
export async function aim({ machineOf }: PerformerParts, { task }: Doing, aims: Aim[]): Promise<void> {
  const { workspace, infrastructure, work } = task
  const idOf = async (machine: string) => {
    const there = await machineOf({ workspace, infrastructure, machine })
    // A way back leads to what of it is left.
    if (there || work.action === 'restore') return there?.id
    throw new AtlasError('deploy_impossible', `Nothing can be sent to ${machine}: it is not there.`, {
      hint: `atlas repair ${infrastructure}`,
    })
  }
  for (const { balancer, port, machines, health } of aims) {
    const ids = (await Promise.all(machines.map(idOf))).filter((id) => id !== undefined)
    await task.reshape(balancer, (now) => aimed(now, { port, ids, health }))
  }
}

/**
 * The whole time: a cloud does not say when the last of its nodes goes by new rules, nor which requests are still on
 * their way by the old.
 */
export const outlast = (seconds: number, signal: AbortSignal): Promise<void> =>
  pause(seconds * 1000, undefined, { signal })

/** Seconds and counts that DigitalOcean takes (docs.digitalocean.com, load balancers, health checks). */
const within = (value: number, least: number, most: number) => Math.min(most, Math.max(least, Math.ceil(value)))

/** Pure. The specifications of a load balancer that sends to these machines. */
export function aimed(
  { tag: _, ...now }: JsonObject,
  { port, ids, health }: { port: number; ids: string[]; health: HealthCheck },
): JsonObject {
  return {
    ...now,
    forwarding_rules: (now.forwarding_rules as JsonObject[]).map((rule) => ({ ...rule, target_port: port })),
    health_check: {
      protocol: 'http',
      port,
      path: health.path,
      interval_seconds: within(health.interval_s, 3, 300),
      timeout_seconds: within(health.timeout_s, 3, 300),
      unhealthy_threshold: 2,
      healthy_threshold: 2,
    },
    machines: ids,
  }
}
