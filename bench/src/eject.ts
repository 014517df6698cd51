import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@atlas/client'
import { load, services } from '@atlas/tests/deploys'
import { type Deployed, deployed, medianOf } from './world/deployed.ts'

const loops = 8
const patienceMs = 3000

/** What is done to the processes of an instance. */
const ends = { killed: 'KILL', stopped: 'STOP' } as const

/**
 * From the moment when an instance dies, or stops and answers no more, until the load balancer sends it nothing, under
 * requests that never stop: two services on three machines, each in turn.
 */
export async function bench([count = '10']: string[]): Promise<object> {
  const here = await deployed(3)
  const next = targetsOf(here.client)
  try {
    const killed = await ejections(here, next, 'killed', Number(count))
    const stopped = await ejections(here, next, 'stopped', Number(count))
    return {
      ejections: killed.took.length + stopped.took.length,
      p50_ms: medianOf(killed.took),
      max_ms: Math.max(...killed.took),
      failed: killed.failed,
      stopped_p50_ms: medianOf(stopped.took),
      stopped_max_ms: Math.max(...stopped.took),
      stopped_failed: stopped.failed,
    }
  } finally {
    await here.close()
  }
}

async function ejections(
  here: Deployed,
  next: ReturnType<typeof targetsOf>,
  how: keyof typeof ends,
  count: number,
): Promise<{ took: number[]; failed: number }> {
  const urls = Array.from({ length: loops }, (_, n) => `${here.door}/shop/uat/${services[n % services.length]}/`)
  const traffic = load(urls, 60, patienceMs)
  const took: number[] = []
  for (let n = 0; n < count; n++) {
    const machine = here.webs[n % here.webs.length]!
    const failedBefore = traffic.failed.length
    const died = await signal(here, machine, ends[how])
    const out = await next('target.ejected', machine)
    // So long that what was asked before has failed too.
    await sleep(patienceMs)
    if (how === 'stopped') await signal(here, machine, 'CONT')
    await next('target.restored', machine)
    const failed = traffic.failed.slice(failedBefore).map((told) => Date.parse(told.split(' ')[0]!))
    took.push(Math.max(out, ...failed) - died)
    console.log(`${how} on ${machine}: out after ${out - died} ms, ${failed.length} requests failed`)
  }
  await traffic.stop()
  return { took, failed: traffic.failed.length }
}

/** @returns when, in milliseconds since 1970 */
async function signal(here: Deployed, machine: string, name: string): Promise<number> {
  const group = '/var/lib/atlas/lanes/shop.uat/run/*-backend/child'
  return Number(await here.on(machine, `kill -${name} -$(cat ${group}); date +%s%3N`))
}

/** Gives when the next event of a type, of that machine, was. */
function targetsOf(client: Client): (type: string, machine: string) => Promise<number> {
  const following = client.events({ type: ['target.*'] })
  return async (type, machine) => {
    for (;;) {
      const { value } = await following.next()
      if (value?.type.endsWith(type) && (value.data as { machine: string }).machine === machine)
        return Date.parse(value.time)
    }
  }
}
