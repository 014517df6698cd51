import { once } from 'node:events'
import { createServer } from 'node:net'
import { AtlasError } from '@atlas/core'
import { plainVariables } from '../perform/variables.ts'
import type { Service } from '../plan/input.ts'
import { portOf } from '../plan/site.ts'
import { secretNames } from '../secrets.ts'
import type { Reproduction } from './folder.ts'

/** What a service is given to run here. */
export interface Given {
  port: number
  variables: Record<string, string>
  /** Values by their names, as in `db_password`. */
  secrets: Record<string, string>
  say(line: string): void
  signal: AbortSignal
}

/**
 * Values of secrets, from the variables that this was started with: nothing else has them, and what was given to a service
 * elsewhere is not given to a copy of it by itself.
 * @throws AtlasError `secret_missing` naming all that are
 */
export function secretsHere({ project, environment, spec }: Reproduction, env: NodeJS.ProcessEnv) {
  const place = { workspace: '', project, environment }
  const names = [...new Set(spec.services.flatMap(({ secrets }) => secrets))]
  const found = new Map(
    names.flatMap((name) => {
      const value = secretNames(place, name)
        .map((variable) => env[variable])
        .find(Boolean)
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
  const missing = names.filter((name) => !found.has(name)).map((name) => secretNames(place, name).at(-1)!)
  if (missing.length > 0)
    throw new AtlasError('secret_missing', `Services need ${missing.join(', ')}, which no folder has.`, {
      hint: `start this with ${missing.join(', ')} in its environment, with values that may be used here`,
    })
  return (service: Service) => Object.fromEntries(service.secrets.map((name) => [name, found.get(name)!]))
}

export const variablesHere = ({ project, environment, tag }: Reproduction, service: Service): Record<string, string> =>
  plainVariables({ project, environment, release: tag, service })

/** The port that it had, or another one where somebody listens there. */
export async function portHere({ spec }: Reproduction, service: Service): Promise<number> {
  return (await freePort(portOf(spec, service))) ?? (await freePort(0))!
}

/** At every address, as services listen: another loopback address that has the port is in the way too. */
async function freePort(wanted: number): Promise<number | undefined> {
  const server = createServer().listen(wanted)
  try {
    await once(server, 'listening')
    return (server.address() as { port: number }).port
  } catch {
    return undefined
  } finally {
    server.close()
  }
}
