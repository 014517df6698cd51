import { setTimeout as sleep } from 'node:timers/promises'

/** Requests that never stop, each on a connection of its own, to every service behind a load balancer. */
export interface Load {
  requests: number
  /** What went wrong, in words, with when it was asked. */
  failed: string[]
  stop(): Promise<void>
}

/**
 * @param urls one loop each; they may answer anything that is well
 * @param pauseMs of a loop between two requests: an address may ask 200 times a second, then it is told to wait
 * @param patienceMs what is not answered by then has failed
 */
export function load(urls: readonly string[], pauseMs: number, patienceMs = 20_000): Load {
  let going = true
  const made: Load = {
    requests: 0,
    failed: [],
    async stop() {
      going = false
      await Promise.all(loops)
    },
  }
  const loops = urls.map(async (url) => {
    while (going) {
      const asked = new Date().toISOString()
      const wrong = await ask(url, patienceMs)
      made.requests += 1
      if (wrong !== undefined) made.failed.push(`${asked} ${url}: ${wrong}`)
      await sleep(pauseMs)
    }
  })
  return made
}

async function ask(url: string, patienceMs: number): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(patienceMs) })
    await answer.text()
    return answer.ok ? undefined : `${answer.status}`
  } catch (error) {
    const { message, cause } = error as Error
    return `${message} ${cause ?? ''}`
  }
}
