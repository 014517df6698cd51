import type { CertificateOf, Issued, Secrets } from '@atlas/deploy'
import type { Store } from '@atlas/store'
import type { Sealer } from '../../credentials/sealer.ts'

/** As `sealed-columns.ts` of the store says it. */
export const belonging = (environmentId: string) => ['certificate', environmentId] as const

/** What is sealed of a certificate. */
export type Sealed = Pick<Issued, 'chain' | 'key' | 'account'>

/** From the secrets that the configuration names, or what an authority gave. */
export const certificateFrom =
  (secrets: Secrets, { certificates }: Pick<Store, 'certificates'>, sealer: Pick<Sealer, 'open'>): CertificateOf =>
  async (place, { tls }) => {
    if (!tls) return undefined
    if ('acme' in tls.from) {
      const kept = await certificates.find(place.workspace, place.project, place.environment)
      if (!kept) return undefined
      return { ...(JSON.parse(sealer.open(kept.sealed, belonging(kept.id))) as Sealed), hosts: kept.hosts }
    }
    const { certificate, key } = tls.from.secrets
    const found = await secrets.find(place, [certificate, key])
    const [chain, own] = [found.get(certificate)?.value, found.get(key)?.value]
    return chain === undefined || own === undefined ? undefined : { chain, key: own }
  }
