import { AtlasError } from '@atlas/core/errors'
import type { SandboxConnection } from '../sandbox/admin.ts'
import { makeKey } from '../ssh/key.ts'

/** What the example of requirement 5 calls a key of the account. Nobody holds the secret half of this one. */
const name = 'fingerprint1'

/** Puts that key into the sandbox's account, as a person would in the cloud's own panel, so that the example runs there. */
export async function addExampleKey({ url, token }: SandboxConnection): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const keys = `${url}/v2/account/keys`
  const { ssh_keys } = (await (await fetch(`${keys}?per_page=200`, { headers })).json()) as {
    ssh_keys: { name: string }[]
  }
  if (ssh_keys.some((key) => key.name === name)) return
  const body = JSON.stringify({ name, public_key: makeKey(name).publicKey })
  const answer = await fetch(keys, { method: 'POST', headers, body })
  if (!answer.ok)
    throw new AtlasError('cloud_refused', `POST /v2/account/keys: ${answer.status} ${await answer.text()}`)
}
