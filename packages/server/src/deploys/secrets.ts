import { createHmac } from 'node:crypto'
import { type Secrets, secretNames } from '@atlas/deploy'

/**
 * Secrets of services from the environment of this server. Their version is keyed, so that nobody who reads the records
 * can try values against it.
 */
export const environmentSecrets = (env: NodeJS.ProcessEnv, key: string): Secrets => ({
  async find(place, names) {
    const found = names.flatMap((name) => {
      const value = secretNames(place, name)
        .map((variable) => env[variable])
        .find((one) => one !== undefined && one !== '')
      if (value === undefined) return []
      const version = createHmac('sha256', key).update(`${name}\0${value}`).digest('hex').slice(0, 16)
      return [[name, { value, version }] as const]
    })
    return new Map(found)
  },
})
