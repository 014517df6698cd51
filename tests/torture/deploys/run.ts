import { setTimeout as sleep } from 'node:timers/promises'
import { type DeploymentRequest, deploys } from '@atlas/client'
import { ended } from '../../deploys/operation.ts'
import { patiently } from '../../deploys/patiently.ts'
import { services } from '../../deploys/project.ts'
import { torment } from '../torment.ts'
import type { Ground } from './ground.ts'
import { type DeployAct, deployPlot } from './plot.ts'

export interface DeployReport {
  seed: number
  ms: number
  act: string
  /** Operations that did not end as they should, releases that do not serve though the records say so. */
  stuck: string[]
  /** Instances and files that nobody wants. */
  halfStarted: string[]
}

const environment = 'uat'

/** One deploy or rollback, disturbed as its seed says, and what is there when it is over. */
export async function runDeploy(ground: Ground, seed: number, forced?: DeployAct): Promise<DeployReport> {
  const { client, project, crew } = ground
  const { kind, cancelMs, troubles } = forced ?? deployPlot(seed)
  const began = performance.now()
  const before = await serving(ground)
  const back = kind === 'rollback' && before !== undefined && before.earlier.length > 0
  if (!back) project.commit(seed, kind === 'broken')
  const place = { project: project.name, environment }
  const wish: DeploymentRequest = back
    ? { kind: 'rollback', ...place }
    : { kind: 'deploy', ...place, ref: 'main', config: project.config }
  const to = deploys(client.api)
  const plan = await patiently(() => to.plan(wish))

  const running = new AbortController()
  const trouble = torment(troubles, ground, running.signal)
  const { id } = await patiently(() => to.apply(plan.hash))
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
  const moved = after?.release === plan.deployment!.release
  return {
    seed,
    ms: Math.round(performance.now() - began),
    act: [
      `${back ? 'rollback' : kind} ${operation.status}${cancelMs === undefined ? '' : ', cancelled'}`,
      ...troubles.map(inShort),
    ].join(' '),
    stuck: [
      ...endedWrong(kind, cancelMs, operation),
      ...(moved || after?.release === before?.release ? [] : [`${after?.release} serves, which nobody asked for`]),
      ...(operation.status === 'succeeded' && !moved ? ['it succeeded, but traffic was not moved'] : []),
      ...(await answersOther(ground, after?.release)),
    ],
    halfStarted: await strays(ground),
  }
}

const inShort = (one: DeployAct['troubles'][number]) => (one.kind === 'crash' ? one.at : one.kind)

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

async function serving({ client, project }: Ground) {
  const all = await patiently(() => deploys(client.api).environments())
  return all.find((one) => one.project === project.name && one.environment === environment)
}

/** What answers through the load balancer must be what the records say. */
async function answersOther({ door, project }: Ground, release: string | null | undefined): Promise<string[]> {
  if (!release) return []
  const answers = await Promise.all(
    services.map(async (service) => {
      const answer = await fetch(`${door}/${project.name}/${environment}/${service}/`)
      return answer.text()
    }),
  )
  return answers.filter((one) => one !== release).map((one) => `${one.slice(0, 80)} answers, expected ${release}`)
}

const look = `cd /var/lib/atlas/lanes 2> /dev/null || exit 0
for one in */run/* */releases/.partial*; do [ -e "$one" ] && echo "$one"; done
ss -Hltn | awk '{print $4}' | sed -n 's/.*:\\(8[0-9][0-9][0-9]\\)$/port \\1/p' | sort -u`

/** What runs, listens or lies on the machines beside the one instance of each service that serves. */
async function strays(ground: Ground): Promise<string[]> {
  const { client, project, webs } = ground
  if (!(await serving(ground))?.release) return []
  const { services: wanted } = await patiently(() => deploys(client.api).services(project.name, environment))
  const ports = wanted.map(({ port }) => `port ${port}`)
  const found = await Promise.all(
    webs.map(async (machine) => {
      const lines = (await ground.on(machine, look)).split('\n').filter(Boolean)
      const listening = lines.filter((line) => line.startsWith('port '))
      const instances = lines.filter((line) => line.includes('/run/'))
      return [
        ...listening.filter((port) => !ports.includes(port)).map((port) => `${machine}: ${port} is nobody's`),
        ...ports.filter((port) => !listening.includes(port)).map((port) => `${machine}: nobody listens at ${port}`),
        ...(instances.length === services.length ? [] : [`${machine}: ${instances.join(' ')}`]),
        ...lines.filter((line) => line.includes('/.partial')).map((line) => `${machine}: ${line}`),
      ]
    }),
  )
  return found.flat()
}
