import type { Authorization, Client, Order } from 'acme-client'

/** Where the authority looks for answers: `http://<host>/.well-known/acme-challenge/<token>`. */
export interface Challenges {
  put(token: string, answer: string): Promise<unknown>
  remove(token: string): Promise<unknown>
}

/** An order whose hosts are all proven by HTTP-01. @throws Error with what the authority said */
export async function prove(client: Client, hosts: readonly string[], challenges: Challenges): Promise<Order> {
  const order = await client.createOrder({ identifiers: hosts.map((value) => ({ type: 'dns', value })) })
  const authorizations = await client.getAuthorizations(order)
  await Promise.all(authorizations.map((one) => answer(client, one, challenges)))
  return order
}

/** From where this runs, the hosts may not be reachable: the authority looks for itself. */
async function answer(client: Client, { status, challenges }: Authorization, { put, remove }: Challenges) {
  if (status === 'valid') return
  const challenge = challenges.find(({ type }) => type === 'http-01')
  if (!challenge) throw new Error('the authority asks for another proof than http-01')
  await put(challenge.token, await client.getChallengeKeyAuthorization(challenge))
  try {
    await client.completeChallenge(challenge)
    await client.waitForValidStatus(challenge)
  } finally {
    await remove(challenge.token).catch(() => {})
  }
}
