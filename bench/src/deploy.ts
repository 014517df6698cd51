import { deployed, medianOf } from './world/deployed.ts'

const machines = 3

/**
 * A commit with one changed file as images to three machines whose engines run already, three times (the median counts):
 * two services each, from asking for a plan to the end of the operation. Builds, transfers, starts, all health checks and
 * the end of the old containers are in it. Needs Docker's engine on this computer (apt-get install docker.io
 * busybox-static), and root.
 */
export async function bench(): Promise<{ ms: number; machines: number }> {
  const here = await deployed(machines, 'docker')
  try {
    const took: number[] = []
    for (let n = 0; n < 3; n++) {
      here.commit()
      took.push(await here.deploy())
    }
    const running = await Promise.all(here.webs.map((web) => here.on(web, 'docker ps --quiet')))
    if (running.some((ids) => ids.trim().split('\n').length !== 2)) throw new Error(`not two containers: ${running}`)
    return { ms: medianOf(took), machines: running.length }
  } finally {
    await here.close()
  }
}
