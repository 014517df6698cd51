import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @typedef {import('../../proxy.ts').Site} Site
 * @typedef {{ address: string, port: number }} Target
 * @typedef {{ site: Site, targets: Target[], path: string, prefix?: string }} Found Where a request goes, and as what path.
 */

/** What a generation has: one file for each environment. @param {string} generation folder @returns {Site[]} */
export function readSites(generation) {
  const folder = join(generation, 'sites')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
}

/**
 * Hosts first, whatever the path; else `/<project>/<environment>/<service>/`, which the service does not see.
 * @param {readonly Site[]} sites
 */
export function routesOf(sites) {
  const hosts = new Map([...sites].reverse().flatMap((site) => site.hosts.map((one) => [one.host, { site, ...one }])))
  const byName = new Map(sites.map((site) => [`${site.project}/${site.environment}`, site]))

  /** @param {Site} site @param {string} service */
  const targetsOf = (site, service) =>
    site.routes.find((route) => route.service === service)?.targets.filter(({ down }) => !down)

  /**
   * @param {string} host as the request names it
   * @param {string} url its path and query
   * @returns {Found | { moved: string } | undefined}
   */
  return function find(host, url) {
    const own = hosts.get(host.replace(/:\d+$/, '').toLowerCase())
    if (own) {
      const targets = targetsOf(own.site, own.service)
      return targets && { site: own.site, targets, path: url }
    }
    const [, project, environment, service = '', rest = ''] = /^\/([^/]+)\/([^/]+)\/([^/?]+)(.*)$/.exec(url) ?? []
    const site = byName.get(`${project}/${environment}`)
    const targets = site && targetsOf(site, service)
    if (!targets) return undefined
    const prefix = `/${project}/${environment}/${service}`
    if (!rest.startsWith('/')) return { moved: `${prefix}/${rest}` }
    return { site, targets, path: rest, prefix }
  }
}
