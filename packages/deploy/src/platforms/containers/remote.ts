import { AtlasError, isAtlasError } from '@atlas/core'
import { type At, run } from '../../machine/fenced.ts'
import type { Build, ImageRegistry } from '../platform.ts'
import { authFile } from './auth-file.ts'
import type { Engine } from './engine.ts'
import { remoteOf } from './names.ts'
import { pullFromScript, pushScript } from './remote-scripts.ts'

/** For one image. A registry that takes no connection is given up by the engine itself, after some tries. */
const timeoutMs = 15 * 60_000

/**
 * Puts an image that was built here into a registry, by the tag of its release.
 * @returns where it is there, by the digest that the registry gave it
 * @throws AtlasError `registry_refused`, `registry_unreachable`; after 15 minutes at the latest
 */
export async function pushImage(
  { machine, signal }: At,
  engine: Engine,
  image: string,
  { project, service, release }: Build,
  registry: ImageRegistry,
): Promise<string> {
  const remote = remoteOf(registry, project, service.name)
  const words = [plain(registry.host), image, `${remote}:${release}`]
  const call = { input: loginText(registry), timeoutMs, signal }
  const pushing = machine.run(['sh', '-c', pushScript(engine), 'atlas', ...words], call)
  const said = await answered(pushing, registry.host, `${machine.name} could not push ${remote}:${release}`)
  const digest = /sha256:[0-9a-f]{64}/.exec(said)?.[0]
  if (digest !== undefined) return `${remote}@${digest}`
  throw new AtlasError('registry_refused', `${registry.host} has ${remote}:${release}, and gave no digest.`)
}

/**
 * An image comes from a registry, by its digest, and gets names of this machine.
 * @throws AtlasError as `pushImage`
 */
export async function pullImage(
  at: At,
  engine: Engine,
  { from, names }: { from: string; names: readonly string[] },
  registry: ImageRegistry | undefined,
): Promise<void> {
  const host = from.slice(0, from.indexOf('/'))
  const call = { input: loginText(registry), timeoutMs }
  const pulling = run(at, pullFromScript(engine), [plain(host), from, ...names], call)
  await answered(pulling, host, `${at.machine.name} could not pull ${from}`)
}

/** Never on a command line, which everybody on the machine can read. */
const loginText = (registry: ImageRegistry | undefined) => authFile(registry?.login ? [registry.login] : [])

/** What is not this very machine is spoken to by https. */
const plain = (host: string) => (/^(localhost|127\.\d+\.\d+\.\d+)(:|$)/.test(host) ? '1' : '0')

const tryAgain = 'Nothing that serves was touched. Deploy again once the registry answers.'

async function answered(asking: Promise<string>, host: string, what: string): Promise<string> {
  const said = await asking.catch((cause) => {
    if (!isAtlasError(cause, 'machine_refused') || !cause.message.includes('still running')) throw cause
    throw new AtlasError('registry_unreachable', `${what} within 15 minutes.`, { cause, hint: tryAgain })
  })
  if (said.startsWith('done\n')) return said
  const why = said.replace(/^failed\n/, '').trim()
  if (/unauthorized|denied|authentication|no basic auth|forbidden|certificate|x509/i.test(why))
    throw new AtlasError('registry_refused', `${what}: ${why}`, {
      hint: `See "registry" in deployment_config.json, its username and secret, and whether ${host} lets them in.`,
    })
  throw new AtlasError('registry_unreachable', `${what}: ${why}`, { hint: tryAgain })
}
