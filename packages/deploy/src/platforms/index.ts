import { AtlasError, nearest } from '@atlas/core'
import type { Platform } from './platform.ts'
import { processPlatform } from './process/process.ts'

const platforms: readonly Platform[] = [processPlatform]

/** @throws AtlasError `config_invalid` naming those that there are */
export function platformNamed(name: string): Platform {
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
