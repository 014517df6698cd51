import type { CertificateOf, Secrets } from '@atlas/deploy'

/** @throws AtlasError where its secrets cannot be had */
export const certificates =
  (secrets: Secrets): CertificateOf =>
  async (place, { tls }) => {
    if (!tls || !('secrets' in tls.from)) return undefined
    const { certificate, key } = tls.from.secrets
    const found = await secrets.find(place, [certificate, key])
    const [chain, own] = [found.get(certificate)?.value, found.get(key)?.value]
    return chain === undefined || own === undefined ? undefined : { chain, key: own }
  }
