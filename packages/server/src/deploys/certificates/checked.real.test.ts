import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkedCertificate } from './checked.ts'

/** Made by openssl, for a day. */
function selfSigned(host: string, ...more: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  try {
    const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-days', '1', ...more]
    const names = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`]
    execFileSync('openssl', [...words, ...names, '-keyout', 'key', '-out', 'chain'], { cwd: folder, stdio: 'ignore' })
    return { crt: readFileSync(join(folder, 'chain'), 'utf8'), key: readFileSync(join(folder, 'key'), 'utf8') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const place = { workspace: 'default', project: 'shop', environment: 'prod' }
const tls = { from: { secrets: { certificate: 'crt', key: 'key' } } }
const check = (values: Record<string, string>, hosts = ['shop.example']) =>
  checkedCertificate(
    { front: { hosts: hosts.map((host) => ({ host, service: 'web' })), tls } },
    new Map(Object.entries(values).map(([name, value]) => [name, { value }])),
    place,
  )

const good = selfSigned('shop.example', '-nodes')

test('a certificate with its key is taken; hosts that it is not for are warned of', () => {
  expect(check(good)).toEqual([])
  expect(check(good, ['shop.example', 'www.shop.example'])).toEqual([
    'the certificate in crt is not for www.shop.example',
  ])
})

test.each([
  ['no PEM', { ...good, crt: 'hunter2' }, /^The secret crt is no certificate/, 'SHOP_PROD_CRT'],
  [
    'a key where the certificate belongs',
    { ...good, crt: good.key },
    /^The secret crt is no certificate/,
    'SHOP_PROD_CRT',
  ],
  ['no key', { ...good, key: 'hunter2' }, /^The secret key is no private key/, 'SHOP_PROD_KEY'],
  [
    'a key that asks for a passphrase',
    selfSigned('shop.example', '-passout', 'pass:x'),
    /without a passphrase/,
    'SHOP_PROD_KEY',
  ],
  ['the key of another', { ...good, key: selfSigned('shop.example', '-nodes').key }, /not the key of/, 'SHOP_PROD_KEY'],
])('%s is refused, and never shown', (_, values, message, variable) => {
  const refused = expect.objectContaining({
    code: 'deploy_impossible',
    message: expect.stringMatching(message),
    hint: `atlas secrets set ${variable}`,
  })
  expect(() => check(values)).toThrow(refused)
  expect(() => check(values)).not.toThrow(/hunter2|PRIVATE KEY-----\n/)
})
