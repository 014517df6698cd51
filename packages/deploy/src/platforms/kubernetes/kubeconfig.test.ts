import { expect, test } from 'vitest'
import { readKubeconfig } from './kubeconfig.ts'

const config = (user: object, cluster: object = {}) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'here',
  })

test('a kubeconfig with a token is taken as it is', async () => {
  const read = await readKubeconfig(config({ token: 't' }), undefined, {})
  expect(read.getCurrentCluster()?.server).toBe('https://127.0.0.1:6443')
})

test.each<[string, string]>([
  ['exec', config({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'touch', args: ['/tmp/owned'] } })],
  ['auth-provider', config({ 'auth-provider': { name: 'gcp', config: { 'cmd-path': '/bin/sh' } } })],
  ['client-key', config({ 'client-certificate': '/etc/ssl/cert.pem', 'client-key': '/root/.ssh/id_ed25519' })],
  ['certificate-authority', config({ token: 't' }, { 'certificate-authority': '/etc/shadow' })],
  ['tokenFile', config({ tokenFile: '/root/.atlas/token' })],
])('one in a secret may not make the server use a program or file of its own: %s', async (word, text) => {
  await expect(readKubeconfig(text, undefined, {})).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining(word),
  })
})

test('what is no kubeconfig is refused without a word of it', async () => {
  const refused = readKubeconfig('token: [hunter2', undefined, {})
  await expect(refused).rejects.toMatchObject({ code: 'config_invalid' })
  await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') })
})

test('a context that is not there is answered with those that are', async () => {
  await expect(readKubeconfig(config({ token: 't' }), 'elsewhere', {})).rejects.toMatchObject({
    message: expect.stringContaining('no context elsewhere'),
    hint: expect.stringContaining('there is here'),
  })
})

test('a server without a kubeconfig says how it is given one', async () => {
  await expect(readKubeconfig(undefined, undefined, { HOME: '/nonexistent' })).rejects.toMatchObject({
    hint: expect.stringContaining('KUBECONFIG'),
  })
})
