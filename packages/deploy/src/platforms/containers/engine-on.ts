import { AtlasError } from '@atlas/core'
import type { Connected } from '../../machine/machine.ts'
import { docker, type Engine, podman } from './engine.ts'

/**
 * What a machine works with: the engine of the platform. The server's computer may have the other one: an image is the same to
 * both, and nothing is installed there.
 * @throws AtlasError `deploy_impossible` with what each of them said
 */
export async function engineOn(machine: Connected, engine: Engine, signal: AbortSignal): Promise<Engine> {
  if (!machine.isOwn) return engine
  const said: string[] = []
  for (const one of engine === podman ? [podman, docker] : [docker, podman]) {
    const answer = await machine.run(['sh', '-c', answers(one), 'atlas'], { signal })
    if (answer === '') return { ...one, ensure: 'ensure_engine() { :; }\n' }
    said.push(answer.trim())
  }
  throw new AtlasError(
    'deploy_impossible',
    `No engine for containers answers on ${machine.name}:\n${said.join('\n')}`,
    {
      hint: 'Install one (apt-get install docker.io) and let this user use it (docker version); to build on a machine instead: "builder": "web1"',
    },
  )
}

const answers = ({ name }: Engine) =>
  `command -v ${name} > /dev/null || { echo "${name} is not installed"; exit 0; }
said=$(${name} version 2>&1) || echo "${name} does not answer: $(echo "$said" | tail -n 2)"
`
