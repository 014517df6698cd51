import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const examples = join(import.meta.dirname, '../../../../examples')

/** A bare repository with the files of an example, and a work tree to change them in. */
export function repositoryOf(folder: string, project: string) {
  const bare = join(folder, `${project}.git`)
  const work = join(folder, `${project}-work`)
  mkdirSync(folder, { recursive: true })
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch', 'main', bare])
  cpSync(join(examples, project), work, { recursive: true })
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      cwd: work,
      encoding: 'utf8',
    })
  git('init', '--quiet', '--initial-branch', 'main')
  git('remote', 'add', 'origin', bare)
  const commit = (message: string) => {
    git('add', '.')
    // A test that is repeated has written the same before.
    git('commit', '--quiet', '--allow-empty', '--message', message)
    git('push', '--quiet', 'origin', 'main')
    return git('rev-parse', 'HEAD').trim()
  }
  commit('first')
  return {
    bare,
    tags: () =>
      execFileSync('git', ['tag', '--list'], { cwd: bare, encoding: 'utf8' }).trim().split('\n').filter(Boolean),
    write: (path: string, text: string) => writeFileSync(join(work, path), text),
    commit,
  }
}
