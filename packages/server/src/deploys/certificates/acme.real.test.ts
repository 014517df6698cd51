import { get as getPlain } from 'node:http'
import { get } from 'node:https'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { fleet } from '@atlas/blueprints'
import { bodyOf, type Client } from '@atlas/client'
import type { Plan } from '@atlas/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  clientOf,
  dataFolder,
  finished,
  makeKey,
  type ServerProcess,
  startServer,
  stopServer,
} from '../../server.fixture.ts'
import { repositoryOf } from '../repository.fixture.ts'
import { makeOwnCertificate, startPebble } from './pebble.fixture.ts'

/** `npm run test:peers -- pebble` builds both, and says where they are. */
const { ATLAS_PEBBLE: pebble, ATLAS_PEBBLE_DNS: dns } = process.env
const canRun = pebble !== undefined && dns !== undefined && process.getuid?.() === 0

const host = 'hostomatic.example'
const folder = dataFolder()
let server: ServerProcess
let client: Client
let door: string
let authority: Awaited<ReturnType<typeof startPebble>>

beforeAll(async () => {
  if (!canRun) return
  const trusted = makeOwnCertificate(join(folder.path, '..'))
  server = await startServer(folder.path, { env: { NODE_EXTRA_CA_CERTS: trusted } })
  client = clientOf(folder.path)
  repositoryOf(join(folder.path, 'git'), 'hostomatic')
  const csv = 'Project,Servers,MasterSpec,WebSpec\nhostomatic,1,s-1vcpu-1gb,s-1vcpu-1gb\n'
  const { id } = await client.apply(fleet.build({ csv, adminIps: ['127.0.0.1'], publicKey: makeKey(folder.path) }), {})
  expect(await finished(client, id)).toMatchObject({ status: 'succeeded' })
  const { resources } = await client.infrastructure('fleet')
  door = String(resources.find(({ type }) => type === 'machine')?.attributes.public_ip)
}, 300_000)

afterAll(async () => {
  await authority?.stop()
  if (server) await stopServer(server)
  folder.remove()
})

/** Event types of certificates, with what they tell. */
async function told(): Promise<[string, string][]> {
  const query = { type: 'certificate.*', follow: false }
  const page = await bodyOf(client.api.GET('/api/v1/events', { params: { query } } as never))
  const { events } = page as unknown as { events: { type: string; data: { reason?: string } }[] }
  return events.map(({ type, data }) => [type.replace(/^.*\.(?=certificate)/, ''), data.reason ?? ''])
}

/** By https, proven by the authority's own root; gives the serial number of the certificate. */
const ask = (ca: string): Promise<{ serial: string; body: string }> =>
  new Promise((resolve, reject) => {
    const options = { host: door, servername: host, headers: { host }, ca, agent: false, path: '/health' }
    get(options, async (answer) => {
      const serial = (answer.socket as TLSSocket).getPeerCertificate().serialNumber
      resolve({ serial, body: (await answer.toArray()).join('') })
    }).once('error', reject)
  })

const byHttp = (): Promise<[number | undefined, string | undefined]> =>
  new Promise((resolve, reject) => {
    getPlain({ host: door, headers: { host }, agent: false, path: '/health' }, (answer) => {
      answer.resume()
      resolve([answer.statusCode, answer.headers.location])
    }).once('error', reject)
  })

test.skipIf(!canRun)(
  'an authority gives a certificate, it is renewed while traffic goes on, and a failure keeps the old one',
  async () => {
    authority = await startPebble(join(folder.path, '..'), { pebble: pebble!, dns: dns! }, door)
    const tls = { acme: { email: 'ops@hostomatic.example', directory: authority.directory } }
    const config = {
      infrastructure: { name: 'fleet' },
      deployment_platform: 'process',
      git_config: { base_url: `file://${folder.path}/git` },
      projects: {
        hostomatic: {
          services: { backend: { path: 'backend', health: { interval_s: 0.2, retries: 300 } } },
          environments: { uat: { domain: host, tls } },
        },
      },
    }
    const query = { plan: true, store: true }
    const body = { kind: 'deploy', project: 'hostomatic', environment: 'uat', ref: 'main', config } as never
    const planned = await bodyOf(client.api.POST('/api/v1/deployments', { params: { query }, body }))
    const { hash } = (planned as unknown as { plan: Plan }).plan
    const { operation } = await bodyOf(
      client.api.POST('/api/v1/plans/{hash}/apply', { params: { path: { hash } }, body: {} }),
    )
    expect(await finished(client, operation.id)).toMatchObject({ status: 'succeeded', error: null })

    await expect.poll(told, { timeout: 60_000 }).toContainEqual(['certificate.issued', ''])
    const root = await authority.root()
    await expect.poll(() => ask(root).then(({ body }) => body, String), { timeout: 20_000 }).toContain('ok')
    const first = await ask(root)
    // Workers with the configuration before take a connection now and then, until they have ended.
    await expect.poll(byHttp, { timeout: 20_000 }).toEqual([308, `https://${host}/health`])

    await expect
      .poll(() => ask(root).then(({ serial }) => serial, String), { timeout: 90_000, interval: 1000 })
      .not.toBe(first.serial)

    await authority.stop()
    const kept = await ask(root)
    await expect
      .poll(told, { timeout: 180_000, interval: 1000 })
      .toContainEqual(['certificate.failed', expect.stringContaining('gives no certificate')])
    const later = (await ask(root).catch((error: Error) => error)) as { serial: string } | Error
    // It has no more than half a minute to live.
    if (later instanceof Error) expect(later.message).toContain('expired')
    else expect(later.serial).toBe(kept.serial)
  },
  500_000,
)

test.skipIf(canRun)('without pebble this is not tried: npm run test:peers -- pebble builds it', () => {
  expect(canRun).toBe(false)
})
