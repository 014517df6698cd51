import { deployed, medianOf } from './world/deployed.ts'

/** Back to the previous release, five times (the median counts): two services on two machines, all health checks. */
export async function bench(): Promise<{ ms: number }> {
  const here = await deployed(2)
  try {
    here.commit()
    await here.deploy()
    const took: number[] = []
    for (let n = 0; n < 5; n++) took.push(await here.rollback())
    return { ms: medianOf(took) }
  } finally {
    await here.close()
  }
}
