import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What services run as. */
export const platforms = ['process', 'docker'] as const
export type Platform = (typeof platforms)[number]

export const services = ['backend', 'frontend'] as const

/** What balances: what runs on the master, or load balancers of the cloud, one for each service. */
export const balancers = ['proxy', 'cloud'] as const
export type Balancer = (typeof balancers)[number]

export const cloudBalancers = Object.fromEntries(services.map((service) => [service, `lb-${service}`]))

const program = `const { createServer } = require('node:http')
const { ATLAS_RELEASE, PORT } = process.env
createServer((request, answer) => {
  if (request.url === '/health' && require('node:fs').existsSync('broken')) answer.statusCode = 500
  answer.end(ATLAS_RELEASE)
}).listen(PORT, '0.0.0.0')
`

const health = { interval_s: 0.1, retries: 40 }

/**
 * Needs no registry: everything in the image is in the repository. The server is busybox's, which has to be static. As the
 * process does, it says its release; where the commit is broken, it serves a folder without `health`.
 */
const containerfile = `FROM scratch
COPY bin /bin
COPY health seed broken* weight* /www/
CMD ["/bin/sh", "-c", "root=/www; [ ! -e /www/broken ] || root=/bin; printf %s $ATLAS_RELEASE > $root/index.html; trap exit TERM; httpd -f -p $PORT -h $root & wait"]
`

function addImage(work: string): void {
  mkdirSync(join(work, 'bin'))
  copyFileSync('/bin/busybox', join(work, 'bin/busybox'))
  for (const name of ['sh', 'httpd']) symlinkSync('busybox', join(work, 'bin', name))
  writeFileSync(join(work, 'Containerfile'), containerfile)
  writeFileSync(join(work, 'health'), 'well\n')
}

/**
 * A repository with two small services that say which release they are, and how they are deployed; with an image to be
 * built for them too, where that is asked for.
 */
export function project(folder: string, platform: Platform = 'process', balancer: Balancer = 'proxy') {
  const name = 'shop'
  const bare = join(folder, `${name}.git`)
  const work = join(folder, 'work')
  mkdirSync(work, { recursive: true })
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=torture', '-c', 'user.email=torture@example.org', ...words], { cwd: work })
  git('init', '--quiet', '--bare', '--initial-branch', 'main', bare)
  git('init', '--quiet', '--initial-branch', 'main')
  git('remote', 'add', 'origin', bare)
  if (platform === 'docker') addImage(work)
  else writeFileSync(join(work, 'server.js'), program)
  const command = platform === 'process' ? { command: 'node server.js' } : {}
  return {
    name,
    config: {
      infrastructure: { name: 'fleet' },
      deployment_platform: platform,
      git_config: { base_url: `file://${folder}` },
      projects: {
        [name]: {
          services: Object.fromEntries(services.map((one) => [one, { ...command, drain_s: 1, health }])),
          ...(balancer === 'cloud' && { environments: { uat: { load_balancer: cloudBalancers } } }),
        },
      },
    },
    /** A file that is committed next. @param content its text, or how many bytes that cannot be packed; 0: it goes */
    write(path: string, content: string | number): void {
      if (content === 0) rmSync(join(work, path), { force: true })
      else writeFileSync(join(work, path), typeof content === 'string' ? content : randomBytes(content))
    },
    git,
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
