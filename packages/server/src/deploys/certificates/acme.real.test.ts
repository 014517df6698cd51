import { get as getPlain } from 'node:http'
import { get } from 'node:https'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { bodyOf, type Client } from '@atlas/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientOf, serverOfFile } from '../../server.fixture.ts'
import { bringAboutFleet, carryOut, doorOf } from '../fleet.fixture.ts'
import { repositoryOf } from '../repository.fixture.ts'
import { makeOwnCertificate, startPebble } from './pebble.fixture.ts'

/** `npm run test:peers -- pebble` builds both, and says where they are. */
const { ATLAS_PEBBLE: pebble, ATLAS_PEBBLE_DNS: dns } = process.env
const canRun = pebble !== undefined && dns !== undefined && process.getuid?.() === 0

const host = 'hostomatic.example'
const other = 'other.example'
const trusting = (dataDir: string) => ({ NODE_EXTRA_CA_CERTS: makeOwnCertificate(join(dataDir, '..')) })
const dataDir = canRun ? serverOfFile(trusting) : ''
let client: Client
let door: string
let authority: Awaited<ReturnType<typeof startPebble>>

beforeAll(async () => {
  if (!canRun) return
  client = clientOf(dataDir)
  repositoryOf(join(dataDir, 'git'), 'hostomatic')
  await bringAboutFleet(client, dataDir, 'hostomatic,1,s-1vcpu-1gb,s-1vcpu-1gb')
  door = new URL(await doorOf(client)).hostname
}, 300_000)

afterAll(() => authority?.stop())

/** Event types of certificates, with what they tell. */
async function told(): Promise<[string, string][]> {
  const query = { type: 'certificate.*', follow: false }
  const page = await bodyOf(client.api.GET('/api/v1/events', { params: { query } } as never))
  const { events } = page as unknown as { events: { type: string; data: { reason?: string } }[] }
  return events.map(({ type, data }) => [type.replace(/^.*\.(?=certificate)/, ''), data.reason ?? ''])
}

/** By https, proven by the authority's own root; gives the serial number of the certificate. */
const ask = (ca: string, host: string): Promise<{ serial: string; body: string }> =>
  new Promise((resolve, reject) => {
    const options = { host: door, servername: host, headers: { host }, ca, agent: false, path: '/health' }
    get(options, async (answer) => {
      const serial = (answer.socket as TLSSocket).getPeerCertificate().serialNumber
      resolve({ serial, body: (await answer.toArray()).join('') })
    }).once('error', reject)
  })

const byHttp = (host: string): Promise<[number | undefined, string | undefined]> =>
  new Promise((resolve, reject) => {
    getPlain({ host: door, headers: { host }, agent: false, path: '/health' }, (answer) => {
      answer.resume()
      resolve([answer.statusCode, answer.headers.location])
    }).once('error', reject)
  })

test.skipIf(!canRun)(
  'an authority gives a certificate for hosts that can be proven, it is renewed, and a failure keeps the old one',
  async () => {
    authority = await startPebble(join(dataDir, '..'), { pebble: pebble!, dns: dns! }, door)
    await authority.move(other, '127.0.0.254')
    const tls = { acme: { email: 'ops@hostomatic.example', directory: authority.directory } }
    const config = {
      infrastructure: { name: 'fleet' },
      deployment_platform: 'process',
      git_config: { base_url: `file://${dataDir}/git` },
      projects: {
        hostomatic: {
          services: { backend: { path: 'backend', health: { interval_s: 0.2, retries: 300 } } },
          environments: { uat: { domain: host, domains: { [other]: 'backend' }, tls } },
        },
      },
    }
    const wish = { kind: 'deploy', project: 'hostomatic', environment: 'uat', ref: 'main', config } as const
    const { operation } = await carryOut(client, wish)
    expect(operation).toMatchObject({ status: 'succeeded', error: null })

    await expect.poll(told, { timeout: 60_000 }).toContainEqual(['certificate.issued', ''])
    expect(await told()).toContainEqual(['certificate.failed', expect.stringContaining(`certificate for ${other}: `)])
    const root = await authority.root()
    await expect.poll(() => ask(root, host).then(({ body }) => body, String), { timeout: 20_000 }).toContain('ok')
    const first = await ask(root, host)
    // Workers with the configuration before take a connection now and then, until they have ended.
    await expect.poll(() => byHttp(host), { timeout: 20_000 }).toEqual([308, `https://${host}/health`])

    expect(await byHttp(other)).toEqual([200, undefined])
    await authority.move(other, door)
    await expect
      .poll(() => ask(root, other).then(({ body }) => body, String), { timeout: 90_000, interval: 1000 })
      .toContain('ok')

    await expect
      .poll(() => ask(root, host).then(({ serial }) => serial, String), { timeout: 90_000, interval: 1000 })
      .not.toBe(first.serial)

    await authority.stop()
    const kept = await ask(root, host)
    await expect
      .poll(told, { timeout: 180_000, interval: 1000 })
      .toContainEqual(['certificate.failed', expect.stringContaining('gives no certificate')])
    const later = (await ask(root, host).catch((error: Error) => error)) as { serial: string } | Error
    // It has no more than half a minute to live.
    if (later instanceof Error) expect(later.message).toContain('expired')
    else expect(later.serial).toBe(kept.serial)
  },
  500_000,
)

test.skipIf(canRun)('without pebble this is not tried: npm run test:peers -- pebble builds it', () => {
  expect(canRun).toBe(false)
})
