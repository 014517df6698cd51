import type { App } from '../http/validation.ts'

/** Counts what passes from here on: how often each operation was called, such as `GET /v2/droplets/:droplet_id`: what a plan costs in calls. */
export function countRequests(app: App) {
  const counts = new Map<string, number>()
  app.addHook('onRequest', async (request) => {
    const route = request.routeOptions.url ?? 'unknown'
    if (route.startsWith('/_sandbox')) return
    const operation = `${request.method} ${route}`
    counts.set(operation, (counts.get(operation) ?? 0) + 1)
  })
  return {
    counts: () => Object.fromEntries([...counts].sort(([a], [b]) => a.localeCompare(b))),
    reset: () => counts.clear(),
  }
}
