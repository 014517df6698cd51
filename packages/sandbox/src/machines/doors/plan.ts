import type { DoorPlan } from './doors.ts'
import { anyoneMayEnter, type Rules } from './firewall.ts'

export interface Reach {
  on: boolean
  /** Cut off by an injected fault. */
  cut: boolean
  firewall: Rules
  /** What the machine listens at, or did when it was last on. */
  ports: readonly number[]
  sshPort: number
}

/** Asked for most often: where a firewall closes them they time out even if nothing listens there. */
const usual = [80, 443]

/** A machine's ports as seen from this computer: a dead, cut off or closed one lets connecting time out, an idle port refuses. */
export function doorPlan({ on, cut, firewall, ports, sshPort }: Reach): DoorPlan {
  const answering = [...new Set([...ports, sshPort])]
  if (!on || cut) return { open: [], dropped: answering }
  const isOpen = (port: number) => anyoneMayEnter(firewall, port)
  return {
    open: answering.filter(isOpen),
    dropped: [...answering, ...usual].filter((port) => !isOpen(port)),
  }
}
