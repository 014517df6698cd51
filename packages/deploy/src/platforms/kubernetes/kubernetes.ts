import { AtlasError } from '@atlas/core'
import type { Resolver } from '../platform.ts'

/** Services as pods of images that a registry has. What is done in the cluster is in `lane.ts`. */
export const kubernetes: Resolver = {
  name: 'kubernetes',
  runsOn: 'cluster',

  async resolve(name, config) {
    const {
      image,
      port,
      command = '',
      path,
      env,
      secrets,
      health,
      drain_s,
      limits,
      read_only,
      kubernetes: pods,
    } = config
    if (image === undefined)
      throw new AtlasError('deploy_impossible', `Nothing says which image ${name} is.`, {
        problems: [{ where: name, message: `${name} has no image`, expected: '"image" in its configuration' }],
        hint: `"${name}": {"image": "ghcr.io/yourorg/${name}:{commit}"} in deployment_config.json`,
      })
    return {
      ...{ name, platform: 'kubernetes', path, command, env, secrets, health, drain_s, image },
      ...(port !== undefined && { port }),
      ...(limits && { limits }),
      ...(read_only && { read_only }),
      ...(pods && { kubernetes: pods }),
    }
  },
}
