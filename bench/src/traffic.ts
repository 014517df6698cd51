import { load, services } from '@atlas/tests/deploys'
import { deployed } from './world/deployed.ts'

const loops = 8

/**
 * Deploys and rollbacks, in turn, under requests that never stop, each on a connection of its own, through the load
 * balancer to two services on two machines.
 */
export async function bench([count = '20']: string[]): Promise<object> {
  const here = await deployed(2)
  try {
    const urls = Array.from({ length: loops }, (_, n) => `${here.door}/shop/uat/${services[n % services.length]}/`)
    const traffic = load(urls, 60)
    for (let n = 0; n < Number(count); n++) {
      here.commit()
      await here.deploy()
      await here.rollback()
    }
    await traffic.stop()
    for (const one of traffic.failed.slice(0, 10)) console.log(one)
    return {
      deploys: Number(count),
      rollbacks: Number(count),
      requests: traffic.requests,
      failed: traffic.failed.length,
    }
  } finally {
    await here.close()
  }
}
