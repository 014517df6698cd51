import { isIP } from 'node:net'
import type { Client } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'

/** Services that answer with the caller's public address and nothing else. ATLAS_IP_ECHO_URL names another. */
const echoes = ['https://api.ipify.org', 'https://icanhazip.com', 'https://ifconfig.me/ip']

/**
 * The addresses from which machines may be administered, as CIDRs: ADMIN_IP, else where this computer is seen from, and
 * ADDITIONAL_IPS. A sandbox sees this computer at its loopback address.
 *
 * @throws AtlasError `config_invalid` for a value that is no address, or where none can be found
 */
export async function adminAddresses(env: NodeJS.ProcessEnv, client: Client, provider: string): Promise<string[]> {
  const own = env.ADMIN_IP ? readAddresses('ADMIN_IP', env.ADMIN_IP) : [await detect(env, client, provider)]
  return [...own, ...readAddresses('ADDITIONAL_IPS', env.ADDITIONAL_IPS ?? '')]
}

/** Addresses and CIDRs with commas between. */
export function readAddresses(variable: string, value: string): string[] {
  const parts = value.split(',').map((part) => part.trim())
  return parts.filter(Boolean).map((part) => {
    const cidr = asCidr(part)
    if (cidr) return cidr
    throw new AtlasError('config_invalid', `${variable}: ${part} is neither an address nor a CIDR`, {
      hint: `export ${variable}=203.0.113.100/32`,
    })
  })
}

/** `undefined` for what is no address. */
export function asCidr(text: string): string | undefined {
  const [address = '', prefix] = text.split('/')
  const family = isIP(address)
  if (family === 0) return undefined
  const bits = family === 4 ? 32 : 128
  if (prefix === undefined) return `${address}/${bits}`
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits ? text : undefined
}

async function detect(env: NodeJS.ProcessEnv, client: Client, provider: string): Promise<string> {
  const cloud = (await client.providers()).find(({ name }) => name === provider)
  if (cloud?.sandbox) return '127.0.0.1/32'
  const asked = env.ATLAS_IP_ECHO_URL ? [env.ATLAS_IP_ECHO_URL] : echoes
  for (const url of asked) {
    const found = await ask(url)
    if (found) return found
  }
  throw new AtlasError(
    'config_invalid',
    `The address of this computer could not be found out (asked ${asked.join(', ')})`,
    {
      hint: 'export ADMIN_IP=<your public address>/32',
    },
  )
}

async function ask(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) })
    return asCidr((await answer.text()).trim())
  } catch {
    return undefined
  }
}
