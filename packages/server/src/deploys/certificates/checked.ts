import { createPrivateKey, X509Certificate } from 'node:crypto'
import { AtlasError } from '@atlas/core'
import { type DeploymentSpec, hostsOf, type Secret, type SecretPlace, secretNames } from '@atlas/deploy'
import { secretsOfFront } from '../front.ts'

/**
 * The secrets that are to be certificate and key are, and of one another: a load balancer would find out only when traffic
 * moves. Gives warnings of what it would serve, and browsers would refuse.
 * @throws AtlasError `deploy_impossible`
 */
export function checkedCertificate(
  spec: Pick<DeploymentSpec, 'domain' | 'front'>,
  found: ReadonlyMap<string, Pick<Secret, 'value'>>,
  place: SecretPlace,
): string[] {
  const [named = '', keyNamed = ''] = secretsOfFront(spec.front)
  const [text, keyText] = [found.get(named)?.value, found.get(keyNamed)?.value]
  if (text === undefined || keyText === undefined) return []
  const refused = (name: string, why: string) =>
    new AtlasError('deploy_impossible', `The secret ${name} ${why}.`, {
      hint: `atlas secrets set ${secretNames(place, name)[0]}`,
    })
  const certificate = parsed(() => new X509Certificate(text))
  if (!certificate)
    throw refused(
      named,
      'is no certificate: expected PEM that begins with -----BEGIN CERTIFICATE-----, the chain behind it',
    )
  const key = parsed(() => createPrivateKey(keyText))
  if (!key) throw refused(keyNamed, 'is no private key: expected PEM without a passphrase')
  if (!certificate.checkPrivateKey(key)) throw refused(keyNamed, `is not the key of the certificate in ${named}`)
  const hosts = hostsOf(spec).map(({ host }) => host)
  const others = hosts.filter((host) => certificate.checkHost(host) === undefined)
  return [
    ...(certificate.validToDate < new Date() ? [`the certificate in ${named} ended on ${certificate.validTo}`] : []),
    ...(others.length > 0 ? [`the certificate in ${named} is not for ${others.join(', ')}`] : []),
  ]
}

function parsed<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
