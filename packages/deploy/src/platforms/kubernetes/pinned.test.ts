import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { partsOf, pinned } from './pinned.ts'

const digest = `sha256:${'a'.repeat(64)}`
const manifest = '{"schemaVersion":2}'
const open: (() => void)[] = []
function closeAll() {
  for (const close of open.splice(0)) close()
}
afterEach(closeAll)

async function registry(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(() => server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

test.each([
  ['ghcr.io/yourorg/shop:1.2', 'ghcr.io', 'yourorg/shop', '1.2'],
  ['127.0.0.1:5000/shop', '127.0.0.1:5000', 'shop', 'latest'],
  ['localhost/shop:1', 'localhost', 'shop', '1'],
  ['nginx:1.27', 'registry-1.docker.io', 'library/nginx', '1.27'],
  ['docker.io/yourorg/shop', 'registry-1.docker.io', 'yourorg/shop', 'latest'],
  ['yourorg/shop', 'registry-1.docker.io', 'yourorg/shop', 'latest'],
])('%s is of %s', (reference, host, repository, tag) => {
  expect(partsOf(reference)).toEqual({ host, repository, tag })
})

test('a tag is the digest that the registry says, one that is a digest already is asked nowhere', async () => {
  const host = await registry((_, answer) => answer.writeHead(200, { 'docker-content-digest': digest }).end())
  expect(await pinned(`${host}/shop/backend:1.2`, [])).toBe(`${host}/shop/backend:1.2@${digest}`)
  expect(await pinned(`registry.invalid/shop@${digest}`, [])).toBe(`registry.invalid/shop@${digest}`)
})

test('where the registry says none, it is that of the manifest', async () => {
  const host = await registry(({ method }, answer) => answer.end(method === 'HEAD' ? undefined : manifest))
  const own = createHash('sha256').update(manifest).digest('hex')
  expect(await pinned(`${host}/shop:1`, [])).toBe(`${host}/shop:1@sha256:${own}`)
})

test('who is sent for a token brings it, and gives the password only there', async () => {
  const seen: string[] = []
  const host: string = await registry(({ url = '', headers }, answer) => {
    seen.push(`${url} ${headers.authorization ?? '-'}`)
    if (url.startsWith('/token')) return answer.end(JSON.stringify({ token: 'of-ghcr' }))
    if (headers.authorization === 'Bearer of-ghcr')
      return answer.writeHead(200, { 'docker-content-digest': digest }).end()
    const challenge = `Bearer realm="http://${host}/token",service="ghcr.io",scope="repository:shop:pull"`
    answer.writeHead(401, { 'www-authenticate': challenge }).end()
  })
  const login = { registry: host, username: 'me', password: 'secret' }
  expect(await pinned(`${host}/shop:1`, [login])).toBe(`${host}/shop:1@${digest}`)
  expect(seen).toEqual([
    '/v2/shop/manifests/1 -',
    `/token?service=ghcr.io&scope=repository%3Ashop%3Apull Basic ${Buffer.from('me:secret').toString('base64')}`,
    '/v2/shop/manifests/1 Bearer of-ghcr',
  ])
})

test('a wrong password, a tag that is not there, and nobody who answers are told apart', async () => {
  const host = await registry(({ url = '' }, answer) => {
    if (url.includes('/gone/')) return answer.writeHead(404).end()
    answer.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
  })
  const login = { registry: host, username: 'me', password: 'wrong' }
  await expect(pinned(`${host}/shop:1`, [login])).rejects.toMatchObject({
    code: 'registry_refused',
    message: expect.stringContaining('lets nobody in with that password'),
  })
  await expect(pinned(`${host}/shop:1`, [])).rejects.toThrow('it wants a password, and none is configured')
  await expect(pinned(`${host}/gone/shop:1`, [login])).rejects.toThrow('it has no such image')
  closeAll()
  await expect(pinned(`${host}/shop:1`, [login])).rejects.toMatchObject({ code: 'registry_unreachable' })
})
