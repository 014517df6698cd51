import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { HttpsToken, OpenKey } from './deploy-key.ts'
import { gitSources } from './git.ts'
import { hasHttpBackend, startHttps } from './https-git.fixture.ts'
import { repositoryAt } from './repository.fixture.ts'

describe.runIf(hasHttpBackend)('a repository at a host that is reached by https', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-https-'))
  const token = 'ghp_planted-0123456789'
  const shop = repositoryAt(folder, 'shop')
  const library = repositoryAt(folder, 'library')
  let host: Awaited<ReturnType<typeof startHttps>>
  let other: typeof host
  let key: HttpsToken
  let tries = 0

  beforeAll(async () => {
    host = await startHttps(join(folder, 'host'), folder)
    other = await startHttps(join(folder, 'other'), folder)
    library.commit('library', 'lib.js')
    shop.commit('first')
    shop.git('submodule', '--quiet', 'add', '../library.git', 'vendor/library')
    shop.commit('with library')
  })
  afterAll(() => {
    host.close()
    other.close()
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(() => {
    tries += 1
    key = { kind: 'https', host: host.host, username: 'x-access-token', token }
    host.tokens.clear()
    host.tokens.add(token)
    vi.stubEnv('GIT_SSL_CAINFO', host.certificate)
  })

  const openKey: OpenKey = async (_, kind) => (kind === 'https' ? key : undefined)
  const source = () => gitSources(join(folder, `data-${tries}`), openKey)({ workspace: 'default', project: 'shop' })
  const url = () => host.urlOf('shop.git')

  test('it is fetched, its submodules too, and its tag is pushed, with the token of the project', async () => {
    const { commit } = await source().resolve(url(), 'main')
    expect(await (await source().tree(url(), commit)).read('vendor/library/lib.js')).toBe('library')
    await source().tag(url(), 'v1.0.0-uat-20241215-1430', commit)
    expect(shop.tags()).toBe('v1.0.0-uat-20241215-1430')
  })

  test('a token that was taken back is named as what is missing, and never repeated', async () => {
    host.tokens.clear()
    const refused = await source()
      .resolve(url(), 'main')
      .catch((error) => error)
    expect(refused).toMatchObject({
      code: 'source_unavailable',
      message: expect.stringContaining('Authentication failed'),
      hint: expect.stringContaining(`atlas deploy-keys set shop --token --host ${host.host}`),
    })
    expect(JSON.stringify([refused.message, refused.hint])).not.toContain(token)
  })

  test('no other host is shown the token, whatever is configured', async () => {
    vi.stubEnv('GIT_SSL_CAINFO', other.certificate)
    await expect(source().resolve(other.urlOf('shop.git'), 'main')).rejects.toMatchObject({
      hint: expect.stringContaining(`is for ${host.host} alone`),
    })
    expect(other.seen).toEqual([])
  })

  test('a host that sends on to another one does not hand the token on', async () => {
    const both = join(folder, 'both.pem')
    writeFileSync(both, [host, other].map(({ certificate }) => readFileSync(certificate, 'utf8')).join(''))
    vi.stubEnv('GIT_SSL_CAINFO', both)
    host.moved.to = `https://${other.host}`
    await expect(source().resolve(url(), 'main')).rejects.toThrow('Authentication failed')
    expect(host.seen).toContain(token)
    expect(other.seen).toEqual([])
    delete host.moved.to
  })
})
