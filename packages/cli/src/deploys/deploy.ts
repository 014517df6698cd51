import { dirname, join, resolve } from 'node:path'
import { type DeploymentRequest, deploys, type Operation, type Planned } from '@atlas/client'
import { isAtlasError } from '@atlas/core/errors'
import { type Change, type Consent, carryOut, isNothing } from '../change.ts'
import type { Example, Outcome } from '../command.ts'
import type { Context } from '../context.ts'
import { readText } from '../input/read.ts'
import { showPlan } from '../show/plan.ts'
import { quoted } from '../show/quoted.ts'

export interface DeployInputs {
  config: string | undefined
  plan: boolean
  yes: boolean
  detach: boolean
}

const usualFolder = 'config'

/** The text of deployment_config.json, for the server to read: what is wrong with it is found by line. */
export function configured({ cwd }: Context, folder = usualFolder): { config: string; config_file: string } {
  const file = join(folder, 'deployment_config.json')
  return { config: readText(resolve(cwd, file), file), config_file: file }
}

/** Whose releases an environment takes, by the order of promotion; `undefined`: it takes commits. */
export function takesFrom(config: string, project: string, environment: string): string | undefined {
  const order = promotionIn(config, project)
  return order[order.indexOf(environment) - 1]
}

/** Which environment takes its releases; without a configuration, by the order that is nobody's own. */
function givesTo({ config, project, environment }: Placed): string | undefined {
  const order = promotionIn(typeof config === 'string' ? config : '', project)
  return order.includes(environment) ? order[order.indexOf(environment) + 1] : undefined
}

/** What is wrong with the text is for the server to say. */
function promotionIn(config: string, project: string): string[] {
  const usual = ['uat', 'prod']
  try {
    const { projects } = JSON.parse(config) as { projects?: Record<string, { promotion?: string[] }> }
    return projects?.[project]?.promotion ?? usual
  } catch {
    return usual
  }
}

/** Plans a deploy, shows the plan, asks, and carries out exactly what was shown. */
export async function carryOutDeploy(
  context: Context,
  request: DeploymentRequest,
  { plan: planOnly, yes, detach }: Pick<DeployInputs, 'plan' | 'yes' | 'detach'>,
): Promise<Outcome> {
  const { environment } = request
  const { api } = await context.connect()
  const calls = deploys(api)
  const planned = await calls.plan(request)
  const nothing = `${planned.deployment?.from} serves ${environment} as configured: nothing is to be done.`
  if (planOnly) {
    if (isNothing(planned)) return { json: planned, text: () => nothing, next: nextOf(planned, request) }
    const shown = await showPlan(planned, context.terminal)
    return {
      json: planned,
      text: () => shown,
      next: [{ line: `atlas apply ${planned.hash}`, does: 'carry exactly this out' }],
    }
  }
  const change: Change = {
    plan: async () => planned,
    start: () => calls.apply(planned.hash).catch((error: unknown) => inTurn(context, calls, request, planned, error)),
    nothing,
    next: nextOf(planned, request),
  }
  const given: Consent = { yes, detach, consent: [] }
  return carryOut(context, change, given)
}

/**
 * Something else is under way there: then this waits for its turn. What was looked at is of a world that is gone by then, so
 * it is planned anew; a way back that names no release does not wait, because nobody knows yet where it would lead.
 */
async function inTurn(
  context: Context,
  calls: ReturnType<typeof deploys>,
  request: DeploymentRequest,
  planned: Planned,
  error: unknown,
): Promise<Operation> {
  if (!isAtlasError(error, 'operation_running')) throw error
  if (request.kind === 'rollback' && request.release === undefined) throw error
  const meant = request.kind === 'promote' ? { ...request, release: planned.deployment!.release } : request
  context.say(`${error.message}\n`)
  return calls.create(meant)
}

type Placed = Pick<DeploymentRequest, 'project' | 'environment'> & { config?: unknown; config_file?: string }

/** After a way back, that leads forward again: what served until then is named. A working tree is not promoted as it is. */
export function nextOf(
  { deployment }: Pick<Planned, 'deployment'>,
  request: Placed & { working_tree?: string | undefined },
): Example[] {
  const { project, environment } = request
  const { kind, from, release } = deployment ?? {}
  const after = request.working_tree === undefined ? givesTo(request) : undefined
  const back = `atlas rollback ${project} ${environment}`
  const folder = request.config_file === undefined ? usualFolder : dirname(request.config_file)
  const configured = folder === usualFolder ? '' : ` --config ${quoted(folder)}`
  const isBack = kind === 'rollback' && from && from !== release
  return [
    { line: `atlas services ${project} ${environment}`, does: 'where it answers' },
    ...(after === undefined
      ? []
      : [{ line: `atlas deploy ${after} ${project}${configured}`, does: 'promote what is proven' }]),
    isBack
      ? { line: `${back} --tag ${from}`, does: 'forward again, to what served until now' }
      : { line: back, does: 'go back to what served before' },
  ]
}
