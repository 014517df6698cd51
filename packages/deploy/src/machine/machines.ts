import { AtlasError } from '@atlas/core'
import { connectMachine } from './connect.ts'
import { thisComputer } from './local.ts'
import type { Connected, Reach } from './machine.ts'
import { connectionPool } from './pool.ts'

export interface MachinePlace {
  workspace: string
  infrastructure: string
  machine: string
}

/** Every machine there is, connected when it is asked for, and kept so for a while. */
export interface Machines {
  /** @throws AtlasError `deploy_impossible` where there is none of that name, `machine_unreachable` */
  use<T>(place: MachinePlace, what: (machine: Connected) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** What the computer of this server is called among machines; one of an infrastructure that is called so comes first. */
export const local = 'local'

/**
 * @param reach how a machine of an infrastructure is reached; `undefined` where there is none of that name
 * @param folder of this computer, where what it builds is kept; without it, it is no machine
 */
export function openMachines(reach: (place: MachinePlace) => Promise<Reach | undefined>, folder?: string): Machines {
  const own = folder === undefined ? undefined : thisComputer(folder)
  const pool = connectionPool<{ name: string; reach: Reach }>(
    ({ name, reach }) => connectMachine(name, reach),
    ({ name, reach }) => `${name} ${reach.user}@${reach.host}:${reach.port}`,
  )
  return {
    async use(place, what) {
      const { infrastructure, machine } = place
      const found = await reach(place)
      if (found) return pool.use({ name: machine, reach: found }, what)
      if (own && machine === local) return what(own)
      throw new AtlasError('deploy_impossible', `${infrastructure} has no machine ${machine} that can be reached.`, {
        hint: `atlas status ${infrastructure}`,
      })
    },
    close: pool.close,
  }
}
