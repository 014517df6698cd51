import { localCloud } from './world/local-cloud.ts'

/** The first ones warm a server that has just been started, as in the benches of load. */
const [warming, requests] = [300, 500]

const description = {
  name: 'shop',
  provider: 'digitalocean',
  region: 'nyc3',
  resources: [{ type: 'droplet', name: 'web1', specifications: { size: 's-1vcpu-1gbb', image: 'ubuntu-24-04-x64' } }],
}

/** A description with a size that nobody sells, sent one after the other: refused with the nearest size, and audited. */
export async function bench(): Promise<object> {
  const cloud = await localCloud()
  try {
    const { url, token } = cloud.client.connection
    const took: number[] = []
    for (let n = 0; n < warming + requests; n++) {
      const began = performance.now()
      const answer = await fetch(`${url}/api/v1/infrastructure`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(description),
      })
      const { code } = (await answer.json()) as { code: string }
      took.push(performance.now() - began)
      if (code !== 'spec_invalid') throw new Error(`${answer.status} ${code}`)
    }
    const median = took.slice(warming).toSorted((one, other) => one - other)[requests / 2]!
    return { median_ms: Math.round(median * 100) / 100 }
  } finally {
    await cloud.close()
  }
}
