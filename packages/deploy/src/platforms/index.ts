import { AtlasError, nearest } from '@atlas/core'
import { containerPlatform } from './containers/containers.ts'
import { docker, podman } from './containers/engine.ts'
import { kubernetes } from './kubernetes/kubernetes.ts'
import type { Platform, Resolver } from './platform.ts'
import { processPlatform } from './process/process.ts'

const onMachines: readonly Platform[] = [containerPlatform(docker), containerPlatform(podman), processPlatform]
const all: readonly Resolver[] = [...onMachines, kubernetes]

/** Of those that run on machines. @throws AtlasError `config_invalid` */
export const platformNamed = (name: string): Platform => named(onMachines, name)

/** What plans a service, whatever it runs on. @throws AtlasError `config_invalid` naming those that there are */
export const resolverNamed = (name: string): Resolver => named(all, name)

function named<T extends Resolver>(platforms: readonly T[], name: string): T {
  const found = platforms.find((one) => one.name === name)
  if (found) return found
  const names = platforms.map((one) => one.name)
  const meant = nearest(name, names) ?? names[0]
  throw new AtlasError('config_invalid', `There is no platform ${name}; there is ${names.join(', ')}.`, {
    problems: [
      { where: 'deployment_platform', message: 'The value is not accepted', found: name, expected: names.join(', ') },
    ],
    hint: `"deployment_platform": "${meant}" in deployment_config.json`,
  })
}
