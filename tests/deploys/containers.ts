import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { type DeploymentRequest, deploys } from '@atlas/client'
import { ended } from './operation.ts'
import type { Stage } from './stage.ts'

const isDynamic = () => {
  try {
    return execFileSync('ldd', ['/bin/busybox'], { stdio: 'ignore' }) !== null
  } catch {
    return false
  }
}

/** Whether machines of the sandbox can run containers here: root, docker.io, busybox-static. */
export const canRunContainers =
  process.getuid?.() === 0 && existsSync('/usr/sbin/dockerd') && existsSync('/bin/busybox') && !isDynamic()

/** Plans a deploy of the project to uat, or what is wished for, and carries out what was planned. */
export async function deployed(
  { client, project }: Pick<Stage, 'client' | 'project'>,
  wish: Partial<DeploymentRequest>,
) {
  const to = deploys(client.api)
  const { name, config } = project
  const kind = wish.kind ?? 'deploy'
  const of = { ...(kind !== 'rollback' && { config }), ...(kind === 'deploy' && { ref: 'main' }) }
  const plan = await to.plan({ kind, project: name, environment: 'uat', ...of, ...wish } as DeploymentRequest)
  const { id } = await to.apply(plan.hash)
  const operation = await ended(client, id)
  return { operation, plan, steps: await client.steps(id) }
}
