import { X509Certificate } from 'node:crypto'
import { AtlasError } from '@atlas/core'
import type { Certificate } from '../proxies/proxy.ts'

export interface Order {
  /** Of the authority: RFC 8555, 7.1.1. */
  directory: string
  email: string
  hosts: readonly string[]
  /** As PEM; absent where there is no account yet. */
  account?: string
  challenges: Challenges
}

/** Where the authority looks for answers: `http://<host>/.well-known/acme-challenge/<token>`. */
export interface Challenges {
  put(token: string, answer: string): Promise<unknown>
  remove(token: string): Promise<unknown>
}

export interface Issued extends Certificate {
  account: string
  /** ISO 8601 */
  notAfter: string
  /** When two thirds of its life are over. */
  renewAt: string
}

/**
 * A certificate for the hosts, from an authority that speaks ACME, proven by HTTP-01. Its key is new each time.
 * @throws AtlasError `certificate_refused` with what the authority said
 */
export async function issue({ directory, email, hosts, account, challenges }: Order): Promise<Issued> {
  // Loaded when one is needed: most installations never do.
  const acme = await import('acme-client')
  const accountKey = account ?? (await acme.crypto.createPrivateEcdsaKey()).toString()
  const [key, csr] = await acme.crypto.createCsr(
    { commonName: hosts[0]!, altNames: [...hosts] },
    await acme.crypto.createPrivateEcdsaKey(),
  )
  try {
    const client = new acme.Client({ directoryUrl: directory, accountKey })
    const chain = await client.auto({
      csr,
      email,
      termsOfServiceAgreed: true,
      challengePriority: ['http-01'],
      // From where this runs, the hosts may not be reachable: the authority looks for itself.
      skipChallengeVerification: true,
      challengeCreateFn: (_, { token }, answer) => challenges.put(token, answer),
      challengeRemoveFn: (_, { token }) => challenges.remove(token),
    })
    return { chain, key: key.toString(), account: accountKey, ...lifeOf(chain) }
  } catch (cause) {
    throw new AtlasError(
      'certificate_refused',
      `${new URL(directory).host} gives no certificate for ${hosts.join(', ')}: ${(cause as Error).message}`,
      { cause, hint: `see that http://${hosts[0]}/.well-known/acme-challenge/ reaches the master at port 80` },
    )
  }
}

function lifeOf(chain: string): { notAfter: string; renewAt: string } {
  const { validFromDate, validToDate } = new X509Certificate(chain)
  const [from, to] = [validFromDate.getTime(), validToDate.getTime()]
  return { notAfter: validToDate.toISOString(), renewAt: new Date(from + ((to - from) * 2) / 3).toISOString() }
}
