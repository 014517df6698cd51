import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gitSources } from './git.ts'
import { forgetTree, receivedTrees, workingTreeUrl } from './working-trees.ts'

const folder = mkdtempSync(join(tmpdir(), 'deploy-received-'))
const work = join(folder, 'work')
const url = workingTreeUrl('default', 'shop')
const mirrors = join(folder, 'mirrors')
const of = (project: string, workspace = 'default') => gitSources(mirrors)({ workspace, project })
const source = of('shop')

const git = (input: string | undefined, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: work, input })
const said = (...args: string[]) =>
  git(undefined, ...args)
    .toString()
    .trim()

function commit(text: string): string {
  writeFileSync(join(work, 'server.js'), text)
  said('add', '.')
  said('commit', '--quiet', '--allow-empty', '--message', text)
  return said('rev-parse', 'HEAD')
}
const packed = (objects: string) => Readable.from([git(`${objects}\n`, 'pack-objects', '--stdout', '--quiet')])
const objectsOf = (one: string) => said('rev-list', '--objects', '--no-walk', '--no-object-names', one)

let base: string
let received: string
beforeAll(() => {
  mkdirSync(work)
  said('init', '--quiet', '--initial-branch', 'main')
  base = commit('first')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('what was received is read by its commit, and its base says whether it differs', async () => {
  const changed = commit('second')
  received = changed
  const kept = await source.receive(changed, packed(`${objectsOf(changed)}\n${base}`))
  expect(kept).toMatchObject({ commit: changed, base, dirty: true })
  const same = commit('second')
  expect(await source.receive(same, packed(`${objectsOf(same)}\n${changed}`))).toMatchObject({ dirty: false })
  expect(await source.workingTree(changed)).toEqual(kept)
  expect(await (await source.tree(url, changed)).read('server.js')).toBe('second')
})

test('a pack without one of its files, without its base, or that is none is refused', async () => {
  const changed = commit('third')
  const blob = said('rev-parse', 'HEAD:server.js')
  const without = objectsOf(changed)
    .split('\n')
    .filter((one) => one !== blob)
    .join('\n')
  const parent = said('rev-parse', 'HEAD^')
  const packs = [packed(`${without}\n${parent}`), packed(objectsOf(changed)), Readable.from(['no pack'])]
  for (const [n, pack] of packs.entries()) {
    const elsewhere = of(`other-${n}`)
    await expect(elsewhere.receive(changed, pack)).rejects.toMatchObject({ code: 'usage' })
    await expect(elsewhere.workingTree(changed)).rejects.toMatchObject({ code: 'source_unavailable' })
  }
})

test('what another project or workspace sent is not there', async () => {
  for (const other of [of('other'), of('shop', 'team')])
    await expect(other.tree(url, received)).rejects.toMatchObject({ code: 'source_unavailable' })
})

test('each is found with when it was sent last, and taken away without the others', async () => {
  const project = of('many')
  const [one, other] = [commit('fourth'), commit('fifth')]
  for (const sent of [one, other])
    await project.receive(sent, packed(`${objectsOf(sent)}\n${said('rev-parse', `${sent}^`)}`))
  const found = (await receivedTrees(mirrors)).filter((tree) => tree.project === 'many')
  expect(found.map((tree) => tree.commit).sort()).toEqual([one, other].sort())
  await forgetTree(found.find((tree) => tree.commit === one)!)
  await expect(project.workingTree(one)).rejects.toMatchObject({ code: 'source_unavailable' })
  expect(await (await project.tree(url, other)).read('server.js')).toBe('fifth')
})
