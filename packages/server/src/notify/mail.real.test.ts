import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { toCloudEvent } from '@atlas/core'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterAll, afterEach, expect, test } from 'vitest'
import { clientOf, dataFolder, finished, recordsOnly, startServer, stopServer } from '../server.fixture.ts'
import { mailSender } from './mail.ts'

const folder = mkdtempSync(join(tmpdir(), 'atlas-mail-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert]
execFileSync('openssl', [...made, ...subject], { stdio: 'ignore' })
const ca = readFileSync(cert, 'utf8')

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A mail server on a free port, and what it was sent. */
async function smtp(options: SMTPServerOptions) {
  const mails: string[] = []
  const server = new SMTPServer({
    key: readFileSync(key),
    cert: ca,
    logger: false,
    async onData(stream, _session, callback) {
      mails.push(await text(stream))
      callback()
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  return { mails, port: (server.server.address() as AddressInfo).port }
}

const config = (port: number, security: 'starttls' | 'none' | 'tls', user?: string) => ({
  smtp: { host: 'localhost', port, security, user },
  from: 'atlas@example.org',
  to: ['ops@example.org', 'dev@example.org'],
  workspace: 'default',
  notify: ['deploys' as const],
  heartbeat_minutes: 15,
})
const event = toCloudEvent({
  id: 1,
  type: 'webhook.test',
  time: '2026-11-20T15:14:52Z',
  workspace: 'default',
  infrastructure: null,
  operation: null,
  step: null,
  data: {},
})
async function send(port: number, security: 'starttls' | 'none' | 'tls', user?: string, password?: string) {
  const { send, close } = mailSender(config(port, security, user), password, { ca })
  closing.push(close)
  return send({ url: 'mailto:', secrets: [] }, 'msg_1', event, new AbortController().signal)
}
const known: SMTPServerOptions['onAuth'] = ({ username, password }, _, callback) =>
  username === 'atlas' && password === 'geheim' ? callback(null, { user: 'atlas' }) : callback(new Error('wrong'))

test('mail goes through STARTTLS with a user and password, to everybody', async () => {
  const { mails, port } = await smtp({ onAuth: known })
  expect(await send(port, 'starttls', 'atlas', 'geheim')).toEqual({ accepted: true })
  expect(mails).toHaveLength(1)
  expect(mails[0]).toContain('Subject: [Atlas] test')
  expect(mails[0]).toContain('To: ops@example.org, dev@example.org')
  expect(mails[0]).toContain('Message-ID: <msg_1@example.org>')
})

test('a server that offers no TLS is given neither mail nor password', async () => {
  const { mails, port } = await smtp({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'], onAuth: known })
  expect(await send(port, 'starttls', 'atlas', 'geheim')).toMatchObject({ accepted: false })
  expect(mails).toEqual([])
})

test('a wrong password is told without it', async () => {
  const { port } = await smtp({ onAuth: known })
  const sent = await send(port, 'starttls', 'atlas', 'falsch')
  expect(sent).toMatchObject({ accepted: false, status: 535 })
  expect(JSON.stringify(sent)).not.toContain('falsch')
})

test('what the server refuses is told with its code', async () => {
  const onRcptTo: SMTPServerOptions['onRcptTo'] = (_, __, callback) =>
    callback(Object.assign(new Error('nobody here'), { responseCode: 550 }))
  const { port } = await smtp({ authOptional: true, onRcptTo })
  expect(await send(port, 'none')).toMatchObject({ accepted: false, status: 550 })
})

test.each<[string, (socket: { destroy(): void }) => void]>([
  ['hangs', () => {}],
  ['hangs up', (socket) => void socket.destroy()],
])(
  'a server that %s is given up, and nothing is thrown',
  async (_, how) => {
    const server = createServer(how)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => server.close())
    const sent = await send((server.address() as AddressInfo).port, 'none')
    expect(sent).toMatchObject({ accepted: false, error: expect.any(String) })
  },
  30_000,
)

test('a server tells of operations and heartbeats by mail, once each, also where the mail server was out of order', async () => {
  let refused = 0
  const onMailFrom: SMTPServerOptions['onMailFrom'] = (_, __, callback) =>
    refused++ === 0 ? callback(Object.assign(new Error('later'), { responseCode: 451 })) : callback()
  const { mails, port } = await smtp({ authOptional: true, onMailFrom })
  const file = join(folder, 'email_config.json')
  const notify = ['deploys', 'heartbeats']
  writeFileSync(file, JSON.stringify({ ...config(port, 'none'), notify }))
  const data = dataFolder()
  const server = await startServer(data.path, { env: { ...recordsOnly, ATLAS_EMAIL_CONFIG: file } })
  try {
    const client = clientOf(data.path)
    const resources = [{ type: 'vpc', name: 'net', specifications: {} }]
    const { id } = await client.apply(
      { name: 'shop', provider: 'digitalocean', region: 'lon1', resources } as never,
      {},
    )
    await finished(client, id)
    const subjects = () => mails.map((mail) => /^Subject: (.*?)\r?$/m.exec(mail)![1]).sort()
    await expect
      .poll(subjects, { timeout: 60_000 })
      .toEqual(['[Atlas] all is running: 0 environments', '[Atlas] apply shop is done'])
    expect(refused).toBe(3)
  } finally {
    await stopServer(server)
    data.remove()
  }
}, 120_000)
