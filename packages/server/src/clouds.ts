import { AtlasError, type Driver } from '@atlas/core'

/** A cloud that this server can use, or could with a credential. */
export interface Cloud {
  provider: string
  /** Where it is asked: `https://api.digitalocean.com`, or the sandbox's address. */
  endpoint: string
  sandbox: boolean
  driver: Driver | undefined
}

/** @throws AtlasError `config_invalid` saying what to set */
export function driverOf(clouds: readonly Cloud[], provider: string): Driver {
  const cloud = clouds.find((one) => one.provider === provider)
  if (cloud?.driver) return cloud.driver
  if (cloud)
    throw new AtlasError('config_invalid', `The server has no credential for ${provider}.`, { hint: noCredential })
  const known = clouds.map((one) => one.provider).join(', ')
  throw new AtlasError('config_invalid', `The server knows no cloud named ${provider}, only ${known}.`, {
    hint: `set "provider" to one of: ${known}`,
  })
}

export const noCredential =
  'set DO_TOKEN (or DIGITALOCEAN_API_TOKEN) and start the server again, or start it with --dev for the sandbox'
