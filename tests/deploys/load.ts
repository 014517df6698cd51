import { setTimeout as sleep } from 'node:timers/promises'

/** Requests that never stop, each on a connection of its own, to every service behind a load balancer. */
export interface Load {
  requests: number
  /** What went wrong, in words. */
  failed: string[]
  stop(): Promise<void>
}

/**
 * @param urls one loop each; they may answer anything that is well
 * @param pauseMs of a loop between two requests: an address may ask 200 times a second, then it is told to wait
 */
export function load(urls: readonly string[], pauseMs: number): Load {
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
      const wrong = await ask(url)
      made.requests += 1
      if (wrong !== undefined) made.failed.push(`${new Date().toISOString()} ${url}: ${wrong}`)
      await sleep(pauseMs)
    }
  })
  return made
}

async function ask(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(20_000) })
    await answer.text()
    return answer.ok ? undefined : `${answer.status}`
  } catch (error) {
    const { message, cause } = error as Error
    return `${message} ${cause ?? ''}`
  }
}
