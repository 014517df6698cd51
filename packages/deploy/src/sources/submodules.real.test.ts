import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gitSources } from './git.ts'
import { submoduleUrl } from './submodules.ts'

const folder = mkdtempSync(join(tmpdir(), 'deploy-submodules-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const git = (name: string, ...args: string[]) => {
  const settings = ['user.name=t', 'user.email=t@example.org', 'protocol.file.allow=always'].flatMap((one) => [
    '-c',
    one,
  ])
  return execFileSync('git', [...settings, ...args], { cwd: join(folder, name), encoding: 'utf8' }).trim()
}

function repository(name: string): void {
  mkdirSync(join(folder, name))
  git(name, 'init', '--quiet', '--initial-branch', 'main')
}

function commit(name: string, file: string, text: string): string {
  writeFileSync(join(folder, name, file), text)
  git(name, 'add', '.')
  git(name, 'commit', '--quiet', '--message', text)
  return git(name, 'rev-parse', 'HEAD')
}

const owner = { workspace: 'default', project: 'shop' }
const source = gitSources(join(folder, 'mirrors'))(owner)
const url = `file://${folder}/shop`

beforeAll(() => {
  for (const name of ['inner', 'library', 'shop']) repository(name)
  commit('inner', 'inner.js', 'inner')
  commit('library', 'lib.js', 'pinned')
  git('library', 'submodule', '--quiet', 'add', '../inner', 'deep/inner')
  commit('library', 'lib.js', 'pinned too')
  commit('shop', 'server.js', 'shop')
  git('shop', 'submodule', '--quiet', 'add', '../library', 'vendor/library')
  commit('shop', 'server.js', 'with library')
  commit('library', 'lib.js', 'later')
})

test('files of submodules, and of theirs, are there as they were at their exact commits', async () => {
  const { commit: main } = await source.resolve(url, 'main')
  const files = await source.tree(url, main)
  expect(await files.read('vendor/library/lib.js')).toBe('pinned too')
  const tar = await buffer(files.archive())
  const names = execFileSync('tar', ['-t'], { input: tar, encoding: 'utf8' }).split('\n')
  expect(names).toContain('vendor/library/deep/inner/inner.js')
  expect(await files.list()).toContain('vendor/library/deep/inner/inner.js')
})

test('a submodule that cannot be fetched, or is nowhere, is named', async () => {
  git('shop', 'config', '--file', '.gitmodules', 'submodule.vendor/library.url', '../missing')
  const broken = commit('shop', 'server.js', 'broken')
  const elsewhere = gitSources(join(folder, 'others'))(owner)
  await expect(elsewhere.tree(url, broken)).rejects.toThrow('Submodule vendor/library cannot be fetched')
  git('shop', 'rm', '--quiet', '--cached', '.gitmodules')
  rmSync(join(folder, 'shop/.gitmodules'))
  await expect(elsewhere.tree(url, commit('shop', 'server.js', 'nowhere'))).rejects.toThrow('does not say where')
})

test.each([
  ['https://example.org/team/shop.git', '../library.git', 'https://example.org/team/library.git'],
  ['https://example.org/team/shop.git', '../../other/library', 'https://example.org/other/library'],
  ['git@example.org:team/shop.git', '../library.git', 'git@example.org:team/library.git'],
  ['git@example.org:shop.git', '../library.git', 'git@example.org:library.git'],
  ['https://example.org/team/shop.git', './library', 'https://example.org/team/shop.git/library'],
  ['https://example.org/team/shop.git', 'ssh://git@example.org/x', 'ssh://git@example.org/x'],
])('from %s, %s is %s', (parent, told, meant) => {
  expect(submoduleUrl(parent, 'vendor', told)).toBe(meant)
})

test.each(['file:///etc', '/etc', 'ext::sh -c id', '--upload-pack=id'])('nothing is fetched from %s', (told) => {
  expect(() => submoduleUrl('https://example.org/shop.git', 'vendor', told)).toThrowError(
    expect.objectContaining({ code: 'config_invalid' }),
  )
})
