import { AtlasError, type Work } from '@atlas/core'
import { bring } from './bring.ts'
import type { Context } from './context.ts'
import { mayLeave } from './perform.ts'
import type { Shape } from './performer.ts'

/**
 * Changes a resource that is ours as a step of a deploy wants it, until a read shows nothing that differs: behind the same
 * gate, in the same slots and with the same patience as a step of the cloud. Repeating it is harmless.
 * @throws AtlasError `cloud_missing` where it is not there, and what the cloud refuses with
 */
export async function reshape(context: Context, work: Work, name: string, shape: Shape): Promise<void> {
  const one = context.owned(name)
  const seen = one && (await context.looks(one.type).now(one.id))
  const described = seen && context.resource(one.type).describe(seen)
  if (!described)
    throw new AtlasError('cloud_missing', `${name} is not in the cloud.`, {
      hint: `atlas repair ${context.taken.infrastructure}`,
    })
  const leave = mayLeave(work) ? context.leave : context.stop
  const step = { n: work.n, resource: name, type: one.type, generation: one.generation }
  await bring({ ...context, leave }, step, shape(described.specifications), seen)
}
