import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const services = ['backend', 'frontend'] as const

const program = `const { createServer } = require('node:http')
const { ATLAS_RELEASE, PORT } = process.env
createServer((request, answer) => {
  if (request.url === '/health' && require('node:fs').existsSync('broken')) answer.statusCode = 500
  answer.end(ATLAS_RELEASE)
}).listen(PORT, '0.0.0.0')
`

const health = { interval_s: 0.1, retries: 40 }

/** A repository with two small services that say which release they are, and how they are deployed. */
export function project(folder: string) {
  const name = 'shop'
  const bare = join(folder, `${name}.git`)
  const work = join(folder, 'work')
  mkdirSync(work, { recursive: true })
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=torture', '-c', 'user.email=torture@example.org', ...words], { cwd: work })
  git('init', '--quiet', '--bare', '--initial-branch', 'main', bare)
  git('init', '--quiet', '--initial-branch', 'main')
  git('remote', 'add', 'origin', bare)
  writeFileSync(join(work, 'server.js'), program)
  return {
    name,
    config: {
      infrastructure: { name: 'fleet' },
      deployment_platform: 'process',
      git_config: { base_url: `file://${folder}` },
      projects: {
        [name]: {
          services: Object.fromEntries(services.map((one) => [one, { command: 'node server.js', drain_s: 1, health }])),
        },
      },
    },
    /** A file that is committed next; what is in it cannot be packed. @param bytes 0: it goes */
    write(path: string, bytes: number): void {
      if (bytes === 0) rmSync(join(work, path), { force: true })
      else writeFileSync(join(work, path), randomBytes(bytes))
    },
    /** A commit that runs, or one that never becomes healthy. */
    commit(seed: number, broken: boolean): void {
      writeFileSync(join(work, 'seed'), `${seed}\n`)
      execFileSync(broken ? 'touch' : 'rm', broken ? ['broken'] : ['-f', 'broken'], { cwd: work })
      git('add', '--all')
      git('commit', '--quiet', '--allow-empty', '--message', `seed ${seed}`)
      git('push', '--quiet', 'origin', 'main')
    },
  }
}

export type Project = ReturnType<typeof project>
