import { AtlasError } from '@atlas/core/errors'
import type { SandboxConnection } from '../sandbox/admin.ts'
import { makeKey } from '../ssh/key.ts'

/** What the example of requirement 5 calls a key of the account. Nobody holds the secret half of this one. */
const name = 'fingerprint1'

/** Puts that key into the sandbox's account, as a person would in the cloud's own panel, so that the example runs there. */
export async function addExampleKey(sandbox: SandboxConnection): Promise<void> {
  if ((await exampleKeys(sandbox)).length > 0) return
  await ask(sandbox, 'POST', '', { name, public_key: makeKey(name).publicKey })
}

/** For who leaves nothing behind, on a data folder where a demo has stayed up before. */
export async function removeExampleKey(sandbox: SandboxConnection): Promise<void> {
  for (const { id } of await exampleKeys(sandbox)) await ask(sandbox, 'DELETE', `/${id}`)
}

async function exampleKeys(sandbox: SandboxConnection): Promise<{ id: number }[]> {
  const answer = await ask(sandbox, 'GET', '?per_page=200')
  const { ssh_keys } = (await answer.json()) as { ssh_keys: { id: number; name: string }[] }
  return ssh_keys.filter((key) => key.name === name)
}

async function ask({ url, token }: SandboxConnection, method: string, path: string, body?: object): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answer = await fetch(`${url}/v2/account/keys${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  if (answer.ok) return answer
  throw new AtlasError('cloud_refused', `${method} /v2/account/keys${path}: ${answer.status} ${await answer.text()}`)
}
