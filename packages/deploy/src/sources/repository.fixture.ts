import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A bare repository at a host, and a folder to commit from. */
export function repositoryAt(folder: string, name: string) {
  const bare = join(folder, `${name}.git`)
  const work = join(folder, `${name}-work`)
  mkdirSync(work, { recursive: true })
  const as = ['user.name=t', 'user.email=t@example.org', 'protocol.file.allow=always'].flatMap((one) => ['-c', one])
  const git = (...args: string[]) => execFileSync('git', [...as, ...args], { cwd: work, encoding: 'utf8' }).trim()
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch', 'main', bare])
  git('init', '--quiet', '--initial-branch', 'main')
  git('remote', 'add', 'origin', bare)
  return {
    bare,
    git,
    commit(text: string, file = 'server.js'): string {
      writeFileSync(join(work, file), text)
      git('add', '.')
      git('commit', '--quiet', '--message', text)
      git('push', '--quiet', 'origin', 'main')
      return git('rev-parse', 'HEAD')
    },
    tags: () => execFileSync('git', ['tag', '--list'], { cwd: bare, encoding: 'utf8' }).trim(),
  }
}
