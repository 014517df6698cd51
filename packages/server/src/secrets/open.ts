import { createHmac } from 'node:crypto'
import { type SecretPlace, type Secrets, secretNames } from '@atlas/deploy'
import { type FoundSecret, findSecrets, type SecretSource } from '@atlas/vault'
import type { Credentials } from '../credentials/open.ts'
import { type SecretSourceParts, secretSources } from './sources.ts'

interface Parts extends Omit<SecretSourceParts, 'vault'> {
  /** `learn` is told of every value before anybody else gets it, so that the log can be kept clear of it. */
  credentials: Pick<Credentials, 'vault' | 'learn'>
  /** Never shown: what versions are keyed with. */
  key: string
}

/** Secrets of services, from wherever this server is to look for them. */
export function openSecrets({ credentials, key, ...parts }: Parts): Secrets {
  const { vault, learn } = credentials
  return secretsFrom(secretSources({ ...parts, vault }), key, (value) => learn({ value }))
}

const secretsFrom = (sources: readonly SecretSource[], key: string, learn: (value: string) => void): Secrets => ({
  async find(place: SecretPlace, names) {
    const wanted = names.map((name) => ({ name, variables: secretNames(place, name) }))
    const found = await findSecrets(sources, place, wanted)
    return new Map(
      [...found].map(([name, secret]) => {
        const { value, variable, source, version: count } = secret
        learn(value)
        const version = versionOf(secret, key)
        return [name, { value, version, variable, source, ...(count !== undefined && { count }) }]
      }),
    )
  },
})

/**
 * What Atlas keeps has a number. Elsewhere a digest stands for the value, keyed so that nobody who reads the records can try
 * values against it; Vault's own number counts all keys of a path, and would change with any of them.
 */
const versionOf = ({ source, variable, version, value }: FoundSecret, key: string): string =>
  source === 'sealed'
    ? `${variable}@${version}`
    : createHmac('sha256', key).update(`${variable}\0${value}`).digest('hex').slice(0, 16)
