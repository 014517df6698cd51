import type { Cloud } from '../cloud.ts'
import { notFound } from '../http/errors.ts'
import type { MachineFault } from '../machines/backend.ts'
import type { Armed } from './armed.ts'
import type { MachineFaultRequest } from './fault.ts'

/** The faults of machines in force. A crash is over as soon as it has happened: power the droplet on again. */
export function machineFaults(cloud: Cloud) {
  const armed = new Map<number, Armed<MachineFaultRequest>>()
  const timers = new Map<number, NodeJS.Timeout>()

  async function clear(id: number): Promise<boolean> {
    const each = armed.get(id)
    if (!each) return false
    armed.delete(id)
    clearTimeout(timers.get(id))
    timers.delete(id)
    if (cloud.droplets.get(each.fault.droplet)) await cloud.backend.setFault(each.fault.droplet, undefined)
    return true
  }

  return {
    async arm(id: number, fault: MachineFaultRequest): Promise<Armed<MachineFaultRequest>> {
      if (!cloud.droplets.get(fault.droplet)) throw notFound('Droplet not found')
      await cloud.backend.setFault(fault.droplet, forBackend(fault))
      const each = { id, fault, hits: 1 }
      if (fault.kind === 'crash') cloud.droplets.update(fault.droplet, { status: 'off' })
      else armed.set(id, each)
      if (fault.expires_in_ms !== undefined)
        timers.set(id, setTimeout(() => void clear(id), fault.expires_in_ms).unref())
      return each
    },
    list: (): Armed<MachineFaultRequest>[] => [...armed.values()],
    async clear(id?: number): Promise<boolean> {
      if (id !== undefined) return clear(id)
      for (const each of armed.keys()) await clear(each)
      return true
    },
  }
}

function forBackend(fault: MachineFaultRequest): MachineFault {
  return fault.kind === 'slow_disk' ? { kind: 'slow_disk', delayMs: fault.delay_ms } : { kind: fault.kind }
}
