import { createHmac } from 'node:crypto'
import type { AuditEntry } from '@atlas/core'
import { type Secret, type SecretPlace, type Secrets, type SecretTaker, secretNames } from '@atlas/deploy'
import { type Store, secretDelivered } from '@atlas/store'
import { type FoundSecret, findSecrets, type SecretSource, secretBelonging } from '@atlas/vault'
import type { Credentials } from '../credentials/open.ts'
import { type SecretSourceParts, secretSources } from './sources.ts'

interface Parts extends Omit<SecretSourceParts, 'vault' | 'store'> {
  store: SecretSourceParts['store'] & Pick<Store, 'audit'>
  /** `learn` is told of every value before anybody else gets it, so that the log can be kept clear of it. */
  credentials: Pick<Credentials, 'vault' | 'learn'>
  /** Never shown: what versions are keyed with. */
  key: string
}

/** Secrets of services, from wherever this server is to look for them. */
export function openSecrets({ credentials, key, ...parts }: Parts): Secrets {
  const { vault, learn } = credentials
  const { store } = parts
  const secrets = secretsFrom(secretSources({ ...parts, vault }), key, (value) => learn({ value }))
  return {
    async find(place, names, to) {
      const found = await secrets.find(place, names)
      if (to) await Promise.all([...found.values()].map((one) => parts.store.audit.write(deliveryOf(place, one, to))))
      return found
    },
    async former({ workspace, ...place }, names) {
      const variables = names.flatMap((name) => secretNames({ workspace, ...place }, name))
      const before = await store.secrets.before(workspace, variables)
      return before.map(({ name, sealed }) => vault.open(sealed, secretBelonging(workspace, name)))
    },
  }
}

const deliveryOf = (
  { workspace, project, environment }: SecretPlace,
  { variable, source, count }: Secret,
  { service, machine, operation }: SecretTaker,
): AuditEntry => ({
  kind: 'used',
  workspace,
  actor: { kind: 'system', id: 'atlas', name: 'Atlas' },
  action: secretDelivered,
  object: `${variable} from ${source}${count === undefined ? '' : ` (version ${count})`} to ${project}/${environment}/${service}@${machine}`,
  operation,
})

const secretsFrom = (
  sources: readonly SecretSource[],
  key: string,
  learn: (value: string) => void,
): Pick<Secrets, 'find'> => ({
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
