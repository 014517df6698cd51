import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Client, createClient, type Infrastructure, type Planned } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'
import { isNothing, outcomeOf } from '../change.ts'
import type { Context } from '../context.ts'
import { ended, follow } from '../follow/follow.ts'
import { describe } from '../input/description.ts'
import { introduceSandbox } from '../sandbox/admin.ts'
import type { RunningServer } from '../server/server.ts'
import { showInfrastructure } from '../show/infrastructure.ts'
import { showPlan } from '../show/plan.ts'
import { duration } from '../show/text.ts'

/** The CSV that the demo brings about is here, and what it deploys. */
export const examples = fileURLToPath(new URL('../../../../examples/', import.meta.url))

export interface Told {
  client: Client
  infrastructure: Infrastructure
  description: Awaited<ReturnType<typeof describe>>
  /** Nothing had to be done: it is as an earlier start left it. */
  foundAgain: boolean
  /** Milliseconds from the start of this process until everything runs. */
  readyMs: number
}

/** From the CSV to running machines. `undefined` where somebody pressed Ctrl-C on the way. */
export async function tellStory(context: Context, server: RunningServer): Promise<Told | undefined> {
  const { say, terminal } = context
  say(`Server at ${server.file.url}, data in ${context.dataDir}`)
  say(`${await introduceSandbox(onlySandbox(server))}\n`)
  const client = createClient(server.file)
  const description = await describe(
    { ...context, cwd: join(examples, 'two-projects'), connect: async () => client },
    {},
  )
  if (!(await finishOld(context, client, description.name))) return undefined
  const plan = await client.planApply(description)
  const foundAgain = isNothing(plan)
  if (foundAgain) say('Its state was found again: nothing is to be done.\n')
  else if (!(await carryOut(context, client, plan, description))) return undefined
  const infrastructure = await client.infrastructure(description.name)
  const readyMs = Math.round(performance.now())
  say(`${terminal.colours.green('Ready')} after ${duration(readyMs)}. What runs now:\n`)
  say(`${showInfrastructure(infrastructure, terminal.colours)}\n`)
  return { client, infrastructure, description, foundAgain, readyMs }
}

/** Whatever a Ctrl-C interrupted has gone on with this start. False where Ctrl-C comes again. */
async function finishOld(context: Context, client: Client, infrastructure: string): Promise<boolean> {
  const unfinished = (await client.operations()).filter((one) => one.infrastructure === infrastructure && !ended(one))
  for (const operation of unfinished) {
    context.say(`An unfinished operation goes on: ${operation.kind} ${infrastructure}.\n`)
    if ((await follow(context, client, operation)).detached) return false
    context.say('')
  }
  return true
}

/** False where Ctrl-C came first. @throws AtlasError `operation_failed` */
async function carryOut(context: Context, client: Client, plan: Planned, description: Told['description']) {
  context.say(`${await showPlan(plan, context.terminal)}\n`)
  const started = await client.apply(description, { planHash: plan.hash })
  const { operation, detached } = await follow(context, client, started)
  if (detached) return false
  context.say(`\n${outcomeOf(context, plan, operation, []).text?.()}\n`)
  return true
}

/** @throws AtlasError where the server has no sandbox: the demo must never meet a real cloud */
export function onlySandbox({ file }: RunningServer): NonNullable<RunningServer['file']['sandbox']> {
  if (file.sandbox) return file.sandbox
  throw new AtlasError('data_folder_busy', `The server on this data folder (process ${file.pid}) serves a real cloud`, {
    hint: 'npm run demo -- --data-dir .atlas/demo',
  })
}
