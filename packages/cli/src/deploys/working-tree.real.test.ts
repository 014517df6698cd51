import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { packFolder } from './working-tree.ts'

const folder = mkdtempSync(join(tmpdir(), 'atlas-packed-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let work: string
let tries = 0
const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    cwd,
    encoding: 'utf8',
  }).trim()
const write = (path: string, text: string) => writeFileSync(join(work, path), text)

beforeEach(() => {
  work = join(folder, String(++tries))
  mkdirSync(work)
  git(work, 'init', '--quiet', '--initial-branch', 'main')
  write('.gitignore', 'node_modules\n.env\n')
  write('server.js', 'first\n')
  write('old.js', 'to be deleted\n')
  git(work, 'add', '.')
  git(work, 'commit', '--quiet', '--message', 'first')
})

/** The paths in the pack's commit, read where nothing else is. */
function pathsIn(file: string, commit: string): string[] {
  const bare = join(folder, `${tries}-${commit}.git`)
  git(folder, 'init', '--quiet', '--bare', bare)
  execFileSync('git', ['index-pack', '--stdin'], {
    cwd: bare,
    input: readFileSync(file),
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  return git(bare, 'ls-tree', '-r', '--name-only', commit).split('\n')
}

const hashOf = (path: string) =>
  createHash('sha256')
    .update(readFileSync(join(work, path)))
    .digest('hex')

test('what is changed, new or deleted is in the pack, what is ignored is not, and the repository stays as it is', async () => {
  write('server.js', 'second\n')
  write('new.js', 'untracked\n')
  write('.env', 'PASSWORD=geheim\n')
  mkdirSync(join(work, 'node_modules'))
  write('node_modules/x.js', 'x\n')
  rmSync(join(work, 'old.js'))
  const before = [hashOf('.git/index'), git(work, 'count-objects', '-v'), git(work, 'status', '--porcelain')]
  const packed = await packFolder(work)
  expect(packed.files).toBe(3)
  expect(pathsIn(packed.file, packed.commit)).toEqual(['.gitignore', 'new.js', 'server.js'])
  packed.remove()
  expect([hashOf('.git/index'), git(work, 'count-objects', '-v'), git(work, 'status', '--porcelain')]).toEqual(before)
})

test('the same files are the same commit, and others are another', async () => {
  const commits = []
  for (const text of ['second\n', 'second\n', 'third\n']) {
    write('server.js', text)
    const packed = await packFolder(work)
    commits.push(packed.commit)
    packed.remove()
  }
  expect(commits[0]).toBe(commits[1])
  expect(commits[2]).not.toBe(commits[0])
})

test('a folder that is no repository, inside of one, or without a commit is refused with what to type', async () => {
  const bare = mkdtempSync(join(folder, 'none-'))
  await expect(packFolder(bare)).rejects.toMatchObject({ code: 'usage', hint: expect.stringContaining('git init') })
  mkdirSync(join(work, 'inside'))
  await expect(packFolder(join(work, 'inside'))).rejects.toMatchObject({ hint: `--project-path ${work}` })
  git(bare, 'init', '--quiet')
  await expect(packFolder(bare)).rejects.toMatchObject({ hint: expect.stringContaining('git commit') })
  await expect(packFolder(join(folder, 'missing'))).rejects.toMatchObject({
    hint: expect.stringContaining('--project-path'),
  })
})
