import { setTimeout as sleep } from 'node:timers/promises'
import { ended } from '../../deploys/operation.ts'
import { patiently } from '../../deploys/patiently.ts'
import { torment } from '../torment.ts'
import { ask } from './ask.ts'
import { type Ground, serving, urlsOf } from './ground.ts'
import { type DeployAct, deployPlot } from './plot.ts'
import { strays } from './strays.ts'

export interface DeployReport {
  seed: number
  ms: number
  act: string
  /** Operations that did not end as they should, releases that do not serve though the records say so. */
  stuck: string[]
  /** Instances and files that nobody wants. */
  halfStarted: string[]
}

/** One deploy or rollback, disturbed as its seed says, and what is there when it is over. */
export async function runDeploy(ground: Ground, seed: number, forced?: DeployAct): Promise<DeployReport> {
  const { client, crew } = ground
  const { kind: wished, cancelMs, troubles } = forced ?? deployPlot(seed, ground.platform)
  const began = performance.now()
  const before = await serving(ground)
  const { kind, release, begin } = await ask(ground, wished, seed)

  const running = new AbortController()
  const trouble = torment(troubles, ground, running.signal)
  const { id } = await patiently(begin)
  if (cancelMs !== undefined) {
    await sleep(cancelMs)
    await patiently(() => client.cancel(id))
  }
  const operation = await ended(client, id)
  running.abort()
  await trouble.calm
  crew.thawAll()
  await trouble.end()
  await crew.ready()

  const after = await serving(ground)
  const moved = after?.release === release
  return {
    seed,
    ms: Math.round(performance.now() - began),
    act: [`${kind} ${operation.status}${cancelMs === undefined ? '' : ', cancelled'}`, ...troubles.map(inShort)].join(
      ' ',
    ),
    stuck: [
      ...endedWrong(kind, cancelMs, operation),
      ...(moved || after?.release === before?.release ? [] : [`${after?.release} serves, which nobody asked for`]),
      ...(operation.status === 'succeeded' && !moved ? ['it succeeded, but traffic was not moved'] : []),
      ...(await answersOther(ground, after?.release)),
    ],
    halfStarted: await strays(ground),
  }
}

function inShort(one: DeployAct['troubles'][number]): string {
  if (one.kind === 'crash') return one.at
  return one.kind === 'crash-in' ? `${one.action}+${one.afterMs}` : one.kind
}

function endedWrong(
  kind: DeployAct['kind'],
  cancelMs: number | undefined,
  { status, error }: { status: string; error?: { code: string; message: string } | null },
): string[] {
  const said = error ? `: ${error.code} ${error.message}` : ''
  if (status === 'succeeded' && kind !== 'broken') return []
  if (status === 'cancelled' && cancelMs !== undefined) return []
  if (status === 'failed' && kind === 'broken' && error?.code === 'unhealthy') return []
  return [`${kind} is ${status}${said}`]
}

/** What answers through the load balancer must be what the records say. */
async function answersOther(ground: Ground, release: string | null | undefined): Promise<string[]> {
  if (!release) return []
  const urls = await urlsOf(ground)
  const answers = await Promise.all(urls.map(async (url) => (await fetch(url)).text()))
  return answers.filter((one) => one !== release).map((one) => `${one.slice(0, 80)} answers, expected ${release}`)
}
