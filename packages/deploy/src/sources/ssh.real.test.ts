import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { OpenKey } from './deploy-key.ts'
import { gitSources } from './git.ts'
import { repositoryAt } from './repository.fixture.ts'
import { hasSshd, keyPair, startSshd } from './sshd.fixture.ts'

describe.runIf(hasSshd)('a repository at a host that is reached by ssh', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-ssh-'))
  const own = keyPair('atlas default/shop')
  const other = keyPair('somebody')
  const shop = repositoryAt(folder, 'shop')
  const library = repositoryAt(folder, 'library')
  let host: Awaited<ReturnType<typeof startSshd>>
  let keys: string[]
  let tries = 0

  beforeAll(async () => {
    host = await startSshd(join(folder, 'host'))
    library.commit('library', 'lib.js')
    shop.commit('first')
    shop.git('submodule', '--quiet', 'add', '../library.git', 'vendor/library')
    shop.commit('with library')
  })
  afterAll(() => {
    host.close()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(() => {
    tries += 1
    keys = [own.privateKey]
    host.authorize(own.publicKey)
  })

  const openKey: OpenKey = async (_, kind) =>
    kind === 'ssh' && keys.length > 0 ? { kind, privateKeys: keys } : undefined
  const data = () => join(folder, `data ${tries}`)
  const source = () => gitSources(data(), openKey)({ workspace: 'default', project: 'shop' })
  const url = () => host.urlOf(shop.bare)

  test('it is fetched, its submodules too, and its tag is pushed, with the key of the project alone', async () => {
    const { commit } = await source().resolve(url(), 'main')
    const files = await source().tree(url(), commit)
    expect(await files.read('vendor/library/lib.js')).toBe('library')
    await source().checkTag(url(), `v1.0.${tries}-uat-20241215-1430`, commit)
    await source().tag(url(), `v1.0.${tries}-uat-20241215-1430`, commit)
    expect(shop.tags()).toContain(`v1.0.${tries}-uat-20241215-1430`)
  })

  test('a release that is no longer the latest is tagged too, though only its files were fetched', async () => {
    const { commit } = await source().resolve(url(), 'main')
    shop.commit(`later ${tries}`)
    await source().tag(url(), `v1.1.${tries}-uat-20241215-1430`, commit)
    expect(shop.git('ls-remote', shop.bare, `refs/tags/v1.1.${tries}-*`)).toContain(commit)
  })

  test('nothing that is private of the key is in a file', async () => {
    await source().resolve(url(), 'main')
    const secret = own.privateKey.split('\n')[2]!
    const files = readdirSync(data(), { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
    expect(files.length).toBeGreaterThan(0)
    for (const { parentPath, name } of files)
      expect(readFileSync(join(parentPath, name), 'latin1').includes(secret), name).toBe(false)
  })

  test('while the host knows only the key before, that one serves beside the new one', async () => {
    keys = [other.privateKey, own.privateKey]
    expect(await source().resolve(url(), 'main')).toMatchObject({ commit: expect.any(String) })
  })

  test('a host that does not know the key is answered with what to give it', async () => {
    host.authorize(other.publicKey)
    await expect(source().resolve(url(), 'main')).rejects.toMatchObject({
      code: 'source_unavailable',
      message: expect.stringContaining('Permission denied (publickey)'),
      hint: expect.stringContaining('atlas deploy-keys list shop'),
    })
  })

  test('a host with another key than before is not asked, and the way on is told', async () => {
    await source().resolve(url(), 'main')
    host.changeHostKey()
    await expect(source().resolve(url(), 'main')).rejects.toMatchObject({
      code: 'source_unavailable',
      hint: expect.stringContaining(`ssh-keygen -R '[127.0.0.1]:${host.port}' -f '${join(data(), 'known_hosts')}'`),
    })
  })

  test('a server that gives no commit alone gives all it has', async () => {
    const old = await startSshd(join(folder, 'old'), { protocol2: false })
    try {
      old.authorize(own.publicKey)
      const earlier = shop.git('rev-parse', 'HEAD~1')
      const files = await source().tree(old.urlOf(shop.bare), earlier)
      expect(await files.list()).toContain('server.js')
    } finally {
      old.close()
    }
  })
})
