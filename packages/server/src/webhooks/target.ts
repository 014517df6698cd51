import { lookup as resolve } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { AtlasError } from '@atlas/core'
import { isLoopback, notPublic } from './address.ts'

/** Where webhooks may lead. */
export interface TargetPolicy {
  /** Also to this computer, and there without TLS: for trying things out. */
  loopback: boolean
}

/**
 * What can be said of an address without asking DNS. Forms such as `https://2130706433` are addresses by now, because URL
 * has read them.
 * @throws AtlasError `webhook_refused`
 */
export function checkUrl(text: string, policy: TargetPolicy): URL {
  const url = URL.parse(text)
  if (!url) throw refused(`${JSON.stringify(text.slice(0, 200))} is not a URL`)
  const host = bare(url.hostname)
  const here = policy.loopback && (host === 'localhost' || (isIP(host) > 0 && isLoopback(host)))
  if (url.protocol !== 'https:' && !(here && url.protocol === 'http:'))
    throw refused(`${url.protocol}// is not https://`)
  if (url.username !== '' || url.password !== '') throw refused('The URL holds a user name or password')
  if (isIP(host) > 0) checkAddress(host, host, policy)
  return url
}

/** DNS is asked once, every answer is checked, and the connection goes to what was checked. */
export const checkedLookup =
  (policy: TargetPolicy): LookupFunction =>
  (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '')
      try {
        for (const { address } of addresses) checkAddress(host, address, policy)
      } catch (refusal) {
        return callback(refusal as Error, '')
      }
      if (options.all) callback(null, addresses)
      else callback(null, addresses[0]!.address, addresses[0]!.family)
    })
  }

/** Says before anything is sent whether the host's name leads where Atlas may send. @throws AtlasError `webhook_refused` */
export function checkHost(url: URL, policy: TargetPolicy): Promise<void> {
  const host = bare(url.hostname)
  if (isIP(host) > 0) return Promise.resolve()
  return new Promise((accept, reject) => {
    checkedLookup(policy)(host, { all: true }, (error) => {
      if (!error) accept()
      else
        reject(
          error instanceof AtlasError ? error : refused(`${host} does not resolve (${error.code ?? error.message})`),
        )
    })
  })
}

function checkAddress(host: string, address: string, { loopback }: TargetPolicy): void {
  const found = notPublic(address)
  if (found === undefined || (loopback && isLoopback(address))) return
  throw refused(`${host} is ${found}${host === address ? '' : ` (${address})`}`)
}

const bare = (hostname: string) => hostname.replace(/^\[|\]$/g, '')

const refused = (what: string) =>
  new AtlasError('webhook_refused', `${what}.`, {
    hint: 'name an https URL with a public address; ATLAS_WEBHOOK_LOOPBACK=true on the server also allows this computer',
  })
