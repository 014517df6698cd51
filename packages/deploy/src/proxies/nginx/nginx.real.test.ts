import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBalanced } from '../balanced.fixture.ts'
import type { Site } from '../proxy.ts'
import { nginx } from './nginx.ts'

let balanced: Awaited<ReturnType<typeof startBalanced>>
beforeAll(async () => {
  balanced = await startBalanced(['master'])
  await nginx.configure(at(), site())
})
afterAll(() => balanced?.stop())

const at = () => balanced.on('master').at()
const sh = (script: string) => balanced.on('master').sh(script)
const site = () => balanced.siteAt(8101)

test('every request is in the access log, with its host and the answer', async () => {
  await nginx.configure(at(), { ...site(), hosts: [{ host: 'shop.example', service: 'web' }] })
  await sh("curl -sS -H 'Host: shop.example' http://127.0.0.1/a")
  expect(await sh('tail -n 5 /var/log/nginx/access.log')).toMatch(/shop\.example "GET \/a HTTP\/1\.1" 200/)
})

test('hosts with a certificate answer by https; its key is for root alone', async () => {
  const hosts = [{ host: 'shop.example', service: 'web' }]
  const secured: Site = { ...site(), hosts, tls: { from: { secrets: { certificate: 'c', key: 'k' } } } }
  const certificate = selfSigned('shop.example')
  await nginx.configure(at(), secured, certificate)
  await at().machine.run(['sh', '-c', 'cat > /tmp/ca.pem'], { input: certificate.chain })
  const https = (more = '') =>
    sh(`curl -sS ${more} --cacert /tmp/ca.pem --resolve shop.example:443:127.0.0.1 https://shop.example/a`)
  expect(await https()).toBe('one /a shop.example https')
  expect(await https('-D - -o /dev/null')).not.toContain('Strict-Transport-Security')
  const redirect = await sh("curl -sS -D - -o /dev/null -H 'Host: shop.example' 'http://127.0.0.1/a?b=c'")
  expect(redirect).toMatch(/^HTTP\/1\.1 308 /)
  expect(redirect).toContain('Location: https://shop.example/a?b=c')
  expect(await sh('cd /etc/atlas/nginx/live/certificates && stat -c "%n %a" . *')).toBe(
    '. 700\nshop.prod.key 600\nshop.prod.pem 600\n',
  )

  await nginx.configure(at(), { ...secured, tls: { ...secured.tls!, hstsDays: 1 } }, certificate)
  expect(await https('-D - -o /dev/null')).toContain('strict-transport-security: max-age=86400')
  await nginx.configure(at(), { ...site(), hosts })
  expect(await sh('ls /etc/atlas/nginx/live/certificates')).toBe('')
})

/** Made by openssl, for a day. */
function selfSigned(host: string) {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  try {
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1']
    const names = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`]
    execFileSync('openssl', [...args, ...names, '-keyout', 'key', '-out', 'chain'], { cwd: folder, stdio: 'ignore' })
    return { chain: readFileSync(join(folder, 'chain'), 'utf8'), key: readFileSync(join(folder, 'key'), 'utf8') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
