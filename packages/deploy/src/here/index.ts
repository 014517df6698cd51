import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { AtlasError } from '@atlas/core'
import { probe } from '../perform/probe.ts'
import type { Service } from '../plan/input.ts'
import { secretVariables } from '../secrets.ts'
import { beginContainer } from './as-container.ts'
import { beginChild, type Child } from './child.ts'
import type { Reproduction } from './folder.ts'
import { type Given, portHere, secretsHere, variablesHere } from './given.ts'

export { checkArchive } from '../platforms/containers/archive.ts'
export { archivePath, digestOf, type Reproduction, readReproduction } from './folder.ts'

/** Services that run here. */
export interface Up {
  /** Where each answers. */
  services: { name: string; url: string }[]
  /** Resolves when one of them has ended by itself. */
  ended: Promise<string>
  end(): Promise<void>
}

interface Around {
  env: NodeJS.ProcessEnv
  /** Given each line that a service prints, with its name before it. */
  say(line: string): void
  signal: AbortSignal
}

/**
 * Runs a release on this computer from its folder alone, for as long as it is wanted: each service at a port of the loopback, with
 * the variables it had. No release command is run, nothing is put into a database, nothing comes back after a reboot.
 * @throws AtlasError `secret_missing`, `deploy_impossible`, `not_found`, `image_damaged`, `unhealthy`; nothing runs then
 */
export async function bringUp(reproduction: Reproduction, { env, say, signal }: Around): Promise<Up> {
  const { spec } = reproduction
  refuseClusters(spec.services)
  const secretsOf = secretsHere(reproduction, env)
  const children: Child[] = []
  const end = async () => void (await Promise.all(children.map((child) => child.end())))
  try {
    for (const service of spec.services) {
      const port = await portHere(reproduction, service)
      const given = { port, variables: variablesHere(reproduction, service), secrets: secretsOf(service), say, signal }
      const begin = service.platform === 'process' ? beginProcess : beginContainer
      children.push(await begin(reproduction, service, given))
    }
    await Promise.all(spec.services.map((service, n) => healthy(service, children[n]!, signal)))
  } catch (error) {
    await end()
    throw error
  }
  return {
    services: children.map(({ service, port }) => ({ name: service, url: `http://127.0.0.1:${port}/` })),
    ended: Promise.race(children.map(async ({ service, ended }) => `${service}: ${await ended}`)),
    end,
  }
}

function refuseClusters(services: readonly Service[]): void {
  const inCluster = services.find(({ platform }) => platform === 'kubernetes')
  if (inCluster)
    throw new AtlasError('deploy_impossible', `${inCluster.name} ran in a cluster, and this computer is none.`, {
      hint: `its image: ${inCluster.image}`,
    })
}

async function beginProcess(
  { folder }: Reproduction,
  service: Service,
  { port, variables, secrets, say }: Given,
): Promise<Child> {
  const { PATH, HOME } = process.env
  return beginChild({
    service: service.name,
    port,
    words: ['sh', '-c', service.command],
    cwd: join(folder, 'source', service.path),
    env: { PATH, HOME, ...variables, ...secretVariables(secrets), PORT: String(port) },
    say,
  })
}

async function healthy({ health }: Service, child: Child, signal: AbortSignal): Promise<void> {
  const open = async () => {
    const socket = connect(child.port, '127.0.0.1')
    await once(socket, 'connect')
    return socket
  }
  const gone = new AbortController()
  const over = child.ended.then((how) => {
    gone.abort()
    return how
  })
  const wrong = await probe(open, health, AbortSignal.any([signal, gone.signal])).catch(async (error: Error) => {
    if (gone.signal.aborted) return over
    throw error
  })
  if (wrong === undefined) return
  throw new AtlasError(
    'unhealthy',
    `${child.service} did not become healthy: ${wrong}. It printed last:\n${child.said() || 'nothing'}`,
    {
      hint: `All of it was ended. ${child.service} is in services of deployment.json, with its command, variables and health check`,
    },
  )
}
