import type { ProviderView } from '@atlas/api'
import { isAtlasError } from '@atlas/core'
import { type Cloud, noCredential } from '../clouds.ts'
import type { Connection, Connections } from '../credentials/connections.ts'
import { catalogueFor } from './described.ts'

/** Each cloud with one cheap call, so that `connected` is a fact of now. */
export const providerViews = (connections: Connections, workspace: string): Promise<ProviderView[]> =>
  Promise.all(connections.clouds.map((cloud) => providerView(connections, cloud, workspace)))

async function providerView(connections: Connections, cloud: Cloud, workspace: string): Promise<ProviderView> {
  const { provider } = cloud
  const { regions, date } = catalogueFor(provider)
  const about = {
    name: provider,
    endpoint: cloud.endpoint,
    sandbox: cloud.otherwise !== undefined,
    resourceTypes: Object.keys(cloud.otherwise?.driver.types ?? {}),
    regions: [...regions.values()].filter(({ available }) => available !== false).map(({ slug }) => slug),
    catalogueDate: date,
  }
  try {
    const connection = await connections.find({ workspace, provider })
    if (!connection) return { ...about, account: null, status: 'no_credential', hint: noCredential(provider) }
    const { endpoint, sandbox, driver } = connection
    return { ...about, endpoint, sandbox, resourceTypes: Object.keys(driver.types), ...(await reached(connection)) }
  } catch (error) {
    return { ...about, account: null, ...trouble(error, provider) }
  }
}

export type Reached = Pick<ProviderView, 'account' | 'status' | 'hint'>

/** Asks the cloud whose account it is. */
export async function reached({ driver, cloud }: Connection): Promise<Reached> {
  try {
    return { account: await driver.account(AbortSignal.timeout(10_000)), status: 'connected' }
  } catch (error) {
    return { account: null, ...trouble(error, cloud.provider) }
  }
}

function trouble(error: unknown, provider: string): Pick<ProviderView, 'status' | 'hint'> {
  if (isAtlasError(error, 'cloud_unauthorized') || isAtlasError(error, 'cloud_forbidden'))
    return { status: 'no_credential', hint: `${error.message} ${error.hint ?? noCredential(provider)}` }
  const message = error instanceof Error ? error.message : String(error)
  return { status: 'unreachable', hint: `It did not answer: ${message}` }
}
