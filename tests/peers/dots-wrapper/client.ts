import { strict as assert } from 'node:assert'
import { createApiClient } from 'dots-wrapper'
import type { PeerCloud } from '../cloud.ts'
import type { Report } from '../report.ts'
import { until } from '../until.ts'

export type Client = ReturnType<typeof createApiClient>
export type Scenario = (client: Client, report: Report, cloud: PeerCloud) => Promise<void>

export const connect = ({ url, token }: PeerCloud): Client => createApiClient({ endpoint: `${url}/v2`, token })

/** The error body of DigitalOcean that `request` must be refused with; `message` as a whole, or a pattern of it. */
export async function refused(
  request: Promise<unknown>,
  status: number,
  id: string | undefined,
  message?: string | RegExp,
) {
  const response = await request.then(
    () => assert.fail(`accepted, but ${status} ${id} was expected`),
    (error: { response?: { status: number; data: { id: string; message: string; request_id?: string } } }) => {
      if (!error.response) throw error
      return error.response
    },
  )
  assert.equal(response.status, status)
  assert.equal(response.data.id, id)
  if (typeof message === 'string') assert.equal(response.data.message, message)
  if (message instanceof RegExp) assert.match(response.data.message, message)
}

/** The wording of most 404s; some products have their own, as `cluster not found`. */
export const notFound = 'The resource you were accessing could not be found.'

export const missing = (request: Promise<unknown>, message: string | RegExp = /not.*found/) =>
  refused(request, 404, 'not_found', message)

/** Waits until a droplet's action has ended. @throws AssertionError where it errored */
export async function completed(client: Client, started: Promise<{ data: object }>, type: string) {
  const { action } = (await started).data as { action: { id: number; type: string; status: string } }
  assert.equal(action.type, type)
  const ended = await until(
    async () => (await client.action.getAction({ action_id: action.id })).data.action,
    ({ status }) => status !== 'in-progress',
  )
  assert.equal(ended.status, 'completed')
  assert.ok(ended.completed_at)
  return ended
}

/** A droplet that is up and has its address. */
export async function activeDroplet(client: Client, name: string, tags: string[] = [], region = 'nyc3') {
  const wanted = { name, region, size: 's-1vcpu-1gb', image: 'ubuntu-24-04-x64', tags }
  const { data } = await client.droplet.createDroplet(wanted)
  return active(client, data.droplet.id)
}

export const active = (client: Client, droplet_id: number) =>
  until(
    async () => (await client.droplet.getDroplet({ droplet_id })).data.droplet,
    ({ status, networks }) => status === 'active' && networks.v4.some(({ type }) => type === 'public'),
  )

export const gone = (client: Client, droplet_id: number) =>
  until(
    async () => (await client.droplet.listDroplets({ per_page: 200 })).data.droplets.map(({ id }) => id),
    (ids) => !ids.includes(droplet_id),
  )
