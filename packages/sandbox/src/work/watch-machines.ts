import type { CloudParts } from '../cloud.ts'

const everyMs = 2000

/**
 * A machine that went down by itself (`poweroff` typed in it, its processes killed from outside) is off in the API too,
 * as in the real cloud. What an action is working on is left to the action.
 */
export function watchMachines(cloud: CloudParts): { close(): void } {
  if (cloud.backend.name === 'none') return { close: () => {} }
  async function look(): Promise<void> {
    for (const { id } of [...cloud.droplets.all()]) {
      const isDown = (await cloud.backend.state(id)) === 'off'
      const droplet = cloud.droplets.get(id)
      if (isDown && droplet?.status === 'active' && !droplet.locked) cloud.droplets.update(id, { status: 'off' })
    }
  }
  const timer = setInterval(() => void look().catch(() => {}), everyMs)
  return { close: () => clearInterval(timer) }
}
