import type { Driver } from '@atlas/core'

const known = new WeakMap<Driver, string>()

/**
 * Which account a driver talks to, asked once: a driver has one credential, and that belongs to one account for ever.
 * @throws what the cloud answers while it does not say
 */
export async function accountOf(driver: Driver, signal?: AbortSignal): Promise<string> {
  const account = known.get(driver) ?? (await driver.account(signal))
  known.set(driver, account)
  return account
}
