import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { isAtlasError } from '@atlas/core'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { gitSources } from './git.ts'
import { mirrorPath } from './mirror.ts'

const folder = mkdtempSync(join(tmpdir(), 'deploy-git-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let bare: string
let url: string
let work: string
let tries = 0

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    cwd: work,
    encoding: 'utf8',
  }).trim()

function commit(text: string): string {
  writeFileSync(join(work, 'package.json'), text)
  git('add', '.')
  git('commit', '--quiet', '--message', text)
  git('push', '--quiet', 'origin', 'main')
  return git('rev-parse', 'HEAD')
}

beforeEach(() => {
  tries += 1
  bare = join(folder, `${tries}.git`)
  work = join(folder, `${tries}-work`)
  url = `file://${bare}`
  mkdirSync(work)
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch', 'main', bare])
  git('init', '--quiet', '--initial-branch', 'main')
  git('remote', 'add', 'origin', url)
})

const owner = { workspace: 'default', project: 'shop' }
const source = () => gitSources(join(folder, 'mirrors'))(owner)

test('a branch is the commit that it names now, a commit and a tag stay what they are', async () => {
  const first = commit('{"version":"1.0.0"}')
  expect((await source().resolve(url, 'main')).commit).toBe(first)
  const second = commit('{"version":"1.1.0"}')
  expect((await source().resolve(url, 'main')).commit).toBe(second)
  expect((await source().resolve(url, first.slice(0, 10))).commit).toBe(first)
})

test('a release is tagged in the repository, once, and never over another commit', async () => {
  const first = commit('one')
  await source().checkTag(url, 'v1.0.0-uat-20241215-1430', first)
  await source().tag(url, 'v1.0.0-uat-20241215-1430', first)
  await source().tag(url, 'v1.0.0-uat-20241215-1430', first)
  const second = commit('two')
  await expect(source().tag(url, 'v1.0.0-uat-20241215-1430', second)).rejects.toThrow('cannot be pushed')
  const found = await source().resolve(url, 'v1.0.0-uat-20241215-1430')
  expect([found.commit, await found.before()]).toEqual([first, ['v1.0.0-uat-20241215-1430']])
})

test('the files of a commit are read from the commit, also by a worker that never saw the repository', async () => {
  const first = commit('{"version":"1.0.0"}')
  commit('{"version":"2.0.0"}')
  const elsewhere = gitSources(join(folder, `other-${tries}`))(owner)
  const tree = await elsewhere.tree(url, first)
  expect(await tree.read('package.json')).toBe('{"version":"1.0.0"}')
  expect(await tree.read('Procfile')).toBeUndefined()
  const tar = await buffer(tree.archive())
  expect(execFileSync('tar', ['-t'], { input: tar, encoding: 'utf8' })).toBe('package.json\n')
})

test('a commit is fetched without those before it, until the tags that it descends from are asked for', async () => {
  commit('one')
  git('tag', 'v1.0.0')
  git('push', '--quiet', 'origin', 'v1.0.0')
  const second = commit('two')
  const found = await source().resolve(url, 'main')
  const count = (of: string) =>
    execFileSync('git', ['rev-list', '--count', of], {
      cwd: mirrorPath(join(folder, 'mirrors'), owner, url),
      encoding: 'utf8',
    }).trim()
  expect(count(second)).toBe('1')
  expect(await found.before()).toEqual(['v1.0.0'])
  expect(count(second)).toBe('2')
  const third = commit('three')
  expect((await source().resolve(url, third)).commit).toBe(third)
  expect(count(third)).toBe('3')
})

test('a branch that is not there is answered with those that are', async () => {
  commit('one')
  const missing = source().resolve(url, 'master')
  await expect(missing).rejects.toSatisfy(
    (error) => isAtlasError(error, 'source_unavailable') && error.hint?.includes('main') === true,
  )
})

test('a repository that cannot be read says what git said, without a password', async () => {
  const refused = source().resolve('https://user:geheim@127.0.0.1:9/x.git', 'main')
  await expect(refused).rejects.toSatisfy(
    (error) => isAtlasError(error, 'source_unavailable') && !error.message.includes('geheim'),
  )
})

test.each(['ext::sh -c id', '--upload-pack=id', '/srv/x.git', 'http://example.org/x.git'])(
  'no repository is read at %s',
  async (odd) => {
    await expect(source().resolve(odd, 'main')).rejects.toSatisfy((error) => isAtlasError(error, 'config_invalid'))
  },
)
