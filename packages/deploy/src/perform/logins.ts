import { AtlasError } from '@atlas/core'
import type { Login } from '../platforms/platform.ts'
import type { SecretPlace, Secrets } from '../secrets.ts'

interface Asked {
  registry: string
  username: string
  /** Its name. */
  secret: string
}

/** What registries are logged in to with, looked up at this moment. @throws AtlasError `deploy_impossible`, `secret_unavailable` */
export async function loginsFor(secrets: Secrets, place: SecretPlace, asked: readonly Asked[]): Promise<Login[]> {
  const values = await secrets.find(
    place,
    asked.map(({ secret }) => secret),
  )
  return asked.map(({ registry, username, secret }) => {
    const password = values.get(secret)?.value
    if (password !== undefined) return { registry, username, password }
    throw new AtlasError('deploy_impossible', `Secret ${secret}, for ${registry}, has no value any more.`)
  })
}
