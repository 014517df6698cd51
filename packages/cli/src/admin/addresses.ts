import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import type { Client } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'
import type { Context } from '../context.ts'

/** Services that answer with the caller's public address and nothing else. ATLAS_IP_ECHO_URL names another. */
const echoes = ['https://api.ipify.org', 'https://icanhazip.com', 'https://ifconfig.me/ip']

/**
 * The addresses from which machines may be administered, as CIDRs: ADMIN_IP, else what `atlas update-ip <IP>` was told,
 * else where this computer is seen from; and ADDITIONAL_IPS.
 *
 * @throws AtlasError `config_invalid` for a value that is no address, or where none can be found
 */
export async function adminAddresses(
  { env, dataDir }: Pick<Context, 'env' | 'dataDir'>,
  client: Client,
  provider: string,
): Promise<string[]> {
  const own = configuredAddresses(env) ?? toldAddresses(dataDir) ?? [await addressOfThisComputer(env, client, provider)]
  return [...own, ...additionalAddresses(env)]
}

export const configuredAddresses = ({ ADMIN_IP }: NodeJS.ProcessEnv): string[] | undefined =>
  ADMIN_IP ? readAddresses('ADMIN_IP', ADMIN_IP) : undefined

export const additionalAddresses = ({ ADDITIONAL_IPS }: NodeJS.ProcessEnv): string[] =>
  readAddresses('ADDITIONAL_IPS', ADDITIONAL_IPS ?? '')

const toldFile = (dataDir: string) => join(dataDir, 'admin-ip')

function toldAddresses(dataDir: string): string[] | undefined {
  const file = toldFile(dataDir)
  return existsSync(file) ? readAddresses(file, readFileSync(file, 'utf8').trim()) : undefined
}

/** What holds from now on where ADMIN_IP is not set; `undefined`: wherever this computer is seen from. */
export function tellAddresses(dataDir: string, addresses: readonly string[] | undefined): void {
  if (addresses) writeFileSync(toldFile(dataDir), `${addresses.join(',')}\n`)
  else rmSync(toldFile(dataDir), { force: true })
}

/** Addresses and CIDRs with commas between. */
export function readAddresses(variable: string, value: string): string[] {
  const parts = value.split(',').map((part) => part.trim())
  return parts.filter(Boolean).map((part) => {
    const cidr = asCidr(part)
    if (cidr) return cidr
    throw new AtlasError('config_invalid', `${variable}: ${part} is neither an address nor a CIDR`, {
      hint: /^[A-Z_]+$/.test(variable)
        ? `export ${variable}=203.0.113.100/32`
        : 'such as 203.0.113.100 or 203.0.113.0/24',
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

/**
 * As a CIDR. A sandbox sees this computer at its loopback address.
 * @throws AtlasError `config_invalid` where nobody can say
 */
export async function addressOfThisComputer(env: NodeJS.ProcessEnv, client: Client, provider: string): Promise<string> {
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
