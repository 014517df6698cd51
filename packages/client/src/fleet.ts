import type { Client } from './client.ts'
import { deploys } from './deploys.ts'
import type { Resource } from './types.ts'

/** Machines by what they are for, and what is on them: requirement 2's questions, answered from what the API says. */
export const fleet = (client: Client) => {
  const machines = async (infrastructure: string): Promise<Resource[]> => {
    const { resources } = await client.infrastructure(infrastructure)
    return resources.filter(({ type }) => type === 'machine')
  }
  const machinesWithRole = async (infrastructure: string, role: string): Promise<Resource[]> =>
    (await machines(infrastructure)).filter(({ specifications: { tags } }) => isTagged(tags, `role:${role}`))
  const { environments, services } = deploys(client.api)

  return {
    machines,
    machine: async (infrastructure: string, name: string): Promise<Resource | undefined> =>
      (await machines(infrastructure)).findLast((one) => one.name === name),
    /** As the CSV's machines are tagged: `master` or `web`. */
    machinesWithRole,
    master: async (infrastructure: string): Promise<Resource | undefined> =>
      (await machinesWithRole(infrastructure, 'master')).at(-1),
    webs: (infrastructure: string): Promise<Resource[]> => machinesWithRole(infrastructure, 'web'),

    /** Names as `serviceName` gives them, of what serves from a machine. */
    async servicesOn(infrastructure: string, machine: string): Promise<string[]> {
      const here = (await environments()).filter((one) => one.infrastructure === infrastructure && one.release !== null)
      const found = await Promise.all(
        here.map(async ({ project, environment }) => {
          const all = await services(project, environment)
          return all.services
            .filter(({ instances }) => instances.some((one) => one.machine === machine))
            .map(({ name }) => serviceName(project, environment, name))
        }),
      )
      return found.flat()
    },
    /** Where the load balancer sends requests for a service: `10.0.0.3:8123`. */
    async targets(project: string, environment: string, service: string): Promise<string[]> {
      const found = (await services(project, environment)).services.find(({ name }) => name === service)
      return (found?.instances ?? []).flatMap(({ address }) => (address ? [`${address}:${found!.port}`] : []))
    },
  }
}

/** The path under which the load balancer has a service, and how steps and events call it. */
export const serviceName = (project: string, environment: string, service: string): string =>
  `${project}/${environment}/${service}`

const isTagged = (tags: unknown, tag: string): boolean => Array.isArray(tags) && tags.includes(tag)
