import { X509Certificate } from 'node:crypto'
import { AtlasError } from '@atlas/core'
import type { Client } from 'acme-client'
import type { Certificate } from '../proxies/proxy.ts'
import { type Challenges, prove } from './prove.ts'

export interface Order {
  /** Of the authority: RFC 8555, 7.1.1. */
  directory: string
  email: string
  hosts: readonly string[]
  /** What has a good certificate: where no other of the hosts can be proven, no new one is asked for. */
  have: readonly string[]
  /** As PEM; absent where there is no account yet. */
  account?: string
  challenges: Challenges
}

export interface Issued extends Certificate {
  account: string
  /** ISO 8601 */
  notAfter: string
  /** When two thirds of its life are over. */
  renewAt: string
  /** Those that it is for. */
  hosts: string[]
  /** Of those that it is not for: why they could not be proven. */
  refusal?: AtlasError
}

interface Refused {
  host: string
  reason: string
}

/**
 * A certificate for those of the hosts that can be proven, each by itself, from an authority that speaks ACME, by HTTP-01. Its
 * key is new each time.
 * @throws AtlasError `certificate_refused` with what the authority said, host by host, where there is nothing to be had
 */
export async function issue({ directory, email, hosts, have, account, challenges }: Order): Promise<Issued> {
  // Loaded when one is needed: most installations never do.
  const acme = await import('acme-client')
  const accountKey = account ?? (await acme.crypto.createPrivateEcdsaKey()).toString()
  try {
    const client = new acme.Client({ directoryUrl: directory, accountKey })
    await client.createAccount({ termsOfServiceAgreed: true, contact: [`mailto:${email}`] })
    const refused = hosts.length > 1 ? await unproven(client, hosts, challenges) : []
    const proven = hosts.filter((host) => !refused.some((one) => one.host === host))
    const refusal = refused.length > 0 ? refusalOf(directory, refused) : undefined
    if (refusal && proven.every((host) => have.includes(host))) throw refusal
    const [key, csr] = await acme.crypto.createCsr(
      { commonName: proven[0]!, altNames: proven },
      await acme.crypto.createPrivateEcdsaKey(),
    )
    const order = await client.finalizeOrder(await prove(client, proven, challenges), csr)
    const chain = await client.getCertificate(order)
    return {
      ...{ chain, key: key.toString(), account: accountKey, hosts: proven, ...lifeOf(chain) },
      ...(refusal && { refusal }),
    }
  } catch (cause) {
    if (cause instanceof AtlasError) throw cause
    const { message: reason } = cause as Error
    throw refusalOf(directory, [{ host: hosts.join(', '), reason }])
  }
}

/** An authority remembers what was proven, so that those that could be need not be proven again for the order of all. */
async function unproven(client: Client, hosts: readonly string[], challenges: Challenges): Promise<Refused[]> {
  const tried = hosts.map((host) =>
    prove(client, [host], challenges).then(
      () => undefined,
      (error: Error): Refused => ({ host, reason: error.message }),
    ),
  )
  return (await Promise.all(tried)).filter((one) => one !== undefined)
}

function refusalOf(directory: string, refused: readonly Refused[]): AtlasError {
  const [first] = refused
  const told = refused.map(({ host, reason }) => `${host}: ${reason}`).join('; ')
  return new AtlasError('certificate_refused', `${new URL(directory).host} gives no certificate for ${told}`, {
    hint: `see that http://${first!.host}/.well-known/acme-challenge/ reaches the master at port 80`,
  })
}

function lifeOf(chain: string): { notAfter: string; renewAt: string } {
  const { validFromDate, validToDate } = new X509Certificate(chain)
  const [from, to] = [validFromDate.getTime(), validToDate.getTime()]
  return { notAfter: validToDate.toISOString(), renewAt: new Date(from + ((to - from) * 2) / 3).toISOString() }
}
