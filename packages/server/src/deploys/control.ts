import type { DeploysControl, EnvironmentView, ServiceView } from '@atlas/api'
import { AtlasError } from '@atlas/core'
import type { DeploymentSpec } from '@atlas/deploy'
import type { DeploymentRecord, EnvironmentRecord, InfrastructureRecord, Store } from '@atlas/store'

export const deploysControl = ({
  deploys,
  infrastructure,
}: Pick<Store, 'deploys' | 'infrastructure'>): DeploysControl => ({
  environments: async (workspace) => (await deploys.environments(workspace)).map(environmentView),
  releases: (workspace, filter) => deploys.releases(workspace, filter),
  async services(workspace, project, environment) {
    const found = await deploys.environment(workspace, project, environment)
    if (!found)
      throw new AtlasError('not_found', `Nothing of ${project} was ever deployed to ${environment}.`, {
        hint: `atlas deploy ${environment} ${project}`,
      })
    const record = await infrastructure(workspace, found.infrastructure)
    return { ...environmentView(found), services: found.serving ? servicesOf(found, found.serving, record) : [] }
  },
})

function environmentView({
  project,
  environment,
  infrastructure,
  serving,
  served,
}: EnvironmentRecord): EnvironmentView {
  const release = serving?.release.tag ?? null
  const tags = [...new Set(served.map((one) => one.release.tag))]
  return {
    project,
    environment,
    infrastructure,
    release,
    since: serving?.servedAt ?? null,
    earlier: tags.filter((tag) => tag !== release),
  }
}

function servicesOf(
  { project, environment }: EnvironmentRecord,
  { spec }: DeploymentRecord,
  record: InfrastructureRecord,
): ServiceView[] {
  const { services, slot, ports, machines, master } = spec as unknown as DeploymentSpec
  const address = (machine: string, which: 'private_ip' | 'public_ip') => {
    const found = record.resources.filter(({ type, resource }) => type === 'machine' && resource === machine).at(-1)
    const value = found?.attributes[which]
    return typeof value === 'string' ? value : null
  }
  const door = address(master, 'public_ip')
  return services.map(({ name, platform, command, health, secrets, env }) => ({
    name,
    platform,
    command,
    port: ports.find((one) => one.service === name && one.slot === slot)!.port,
    url: door && `http://${door}/${project}/${environment}/${name}/`,
    healthPath: health.path,
    instances: machines.map((machine) => ({ machine, address: address(machine, 'private_ip') })),
    secrets,
    env,
  }))
}
