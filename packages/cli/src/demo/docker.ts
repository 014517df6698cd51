import { join } from 'node:path'
import { AtlasError } from '@atlas/core/errors'
import { docker } from '@atlas/deploy/engine'
import type { Context } from '../context.ts'
import type { Target } from '../ssh/machine.ts'
import { sendToMachine } from '../ssh/run.ts'
import { baseOf, bringBase } from './base-image.ts'
import { examples, type Told } from './story.ts'

/**
 * An engine on every machine, and on the master, which is returned, what the examples' images are built on: whatever becomes
 * of the machines that run them, it has them to give.
 * @throws AtlasError `machine_unreachable` with what a machine said
 */
export async function beginDocker({ say, dataDir }: Context, { infrastructure }: Told): Promise<string> {
  const { name, resources } = infrastructure
  const targets = resources.flatMap(({ type, name: machine, id, ssh }) =>
    type === 'machine' && ssh ? [{ infrastructure: name, machine, id, ssh }] : [],
  )
  await Promise.all(targets.map((target) => beginEngine(target, dataDir)))
  const builder = targets.find(({ machine }) => machine === 'master')
  if (!builder) throw new AtlasError('internal', `${name} has no machine to build on`)
  const base = baseOf(join(examples, 'hostomatic/backend/Containerfile'))
  const made = await bringBase(builder, dataDir, base)
  if (made) say(`${builder.machine} reaches no registry: its ${base} is made from the Node of this computer.`)
  return builder.machine
}

/** The engine of a machine answers; what ran on it before the machine was started again comes back with it. */
async function beginEngine(target: Target, dataDir: string): Promise<void> {
  await sendToMachine(target, dataDir, `mkdir -p /var/lib/atlas\n${docker.ensure}ensure_engine\n`)
}
