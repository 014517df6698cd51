import { deployed, medianOf } from './world/deployed.ts'

const instances = 'cat /var/lib/atlas/lanes/*/run/*/child | sort'

/**
 * The same commit deployed again, five times (the median counts), to two services on two machines: from asking for a plan
 * to the end of the operation. What was started anew is told by the process ids.
 */
export async function bench(): Promise<{ ms: number; restarted: number }> {
  const here = await deployed(2)
  try {
    const running = async () => (await Promise.all(here.webs.map((web) => here.on(web, instances)))).flatMap(lines)
    const before = await running()
    if (before.length === 0) throw new Error('nothing runs')
    const took: number[] = []
    for (let n = 0; n < 5; n++) took.push(await here.deploy())
    const after = await running()
    return { ms: medianOf(took), restarted: after.filter((pid) => !before.includes(pid)).length }
  } finally {
    await here.close()
  }
}

const lines = (text: string) => text.split('\n').filter(Boolean)
