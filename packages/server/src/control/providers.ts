import type { ProviderView } from '@atlas/api'
import { isAtlasError } from '@atlas/core'
import { type Cloud, noCredential } from '../clouds.ts'
import { catalogueFor } from './plan.ts'

/** Each cloud with one cheap call, so that `connected` is a fact of now. */
export async function providerView(cloud: Cloud): Promise<ProviderView> {
  const { provider, endpoint, sandbox, driver } = cloud
  const { regions, date } = catalogueFor(provider)
  const about = {
    name: provider,
    endpoint,
    sandbox,
    resourceTypes: Object.keys(driver?.types ?? {}),
    regions: [...regions.values()].filter(({ available }) => available !== false).map(({ slug }) => slug),
    catalogueDate: date,
  }
  if (!driver) return { ...about, account: null, status: 'no_credential', hint: noCredential }
  try {
    return { ...about, account: await driver.account(AbortSignal.timeout(10_000)), status: 'connected' }
  } catch (error) {
    return { ...about, account: null, ...trouble(error) }
  }
}

function trouble(error: unknown): Pick<ProviderView, 'status' | 'hint'> {
  if (isAtlasError(error, 'cloud_unauthorized') || isAtlasError(error, 'cloud_forbidden'))
    return { status: 'no_credential', hint: `${error.message} ${error.hint ?? noCredential}` }
  const message = error instanceof Error ? error.message : String(error)
  return { status: 'unreachable', hint: `It did not answer: ${message}` }
}
