import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasHttpBackend, hasSshd, keyPair, startHttps, startSshd } from '@atlas/deploy/git-hosts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandLines, filesWith, type Machines, type Stage, stage } from '../../deploys/index.ts'

describe.runIf(hasSshd && hasHttpBackend)('a repository that the server itself may not read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-keys-'))
  let ssh: Awaited<ReturnType<typeof startSshd>>
  let https: Awaited<ReturnType<typeof startHttps>>
  let here: Stage & Machines
  let bare: string

  beforeAll(async () => {
    ssh = await startSshd(join(folder, 'ssh'))
    https = await startHttps(join(folder, 'https'), '/')
    const env = { LOG_LEVEL: 'trace', GIT_SSL_CAINFO: https.certificate, HOME: folder }
    const made = await stage({ workers: 1, env })
    here = { ...made, ...(await made.machines(1)) }
    bare = join(here.project.config.git_config.base_url.replace('file://', ''), 'shop.git')
    here.project.commit(1, false)
  }, 300_000)
  afterAll(async () => {
    await here?.close()
    ssh?.close()
    https?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  function type(words: string[], url: string, input?: string) {
    const { shop } = here.project.config.projects
    return here.atlas(words, { ...here.project.config, projects: { shop: { ...shop, git_url: url } } }, input)
  }
  const tags = () => execFileSync('git', ['tag', '--list'], { cwd: bare, encoding: 'utf8' }).split('\n').filter(Boolean)
  const deploy = ['deploy', 'uat', 'shop', '--yes']

  /** What is done while nobody may learn the secret: neither who looks at processes nor who reads the server's files. */
  async function unseen(secret: string, what: () => Promise<unknown>): Promise<void> {
    const lines = commandLines()
    await what()
    const seen = await lines.stop()
    expect(seen.some((line) => line.includes('git'))).toBe(true)
    expect(seen.filter((line) => line.includes(secret))).toEqual([])
    expect(await filesWith(here.dataDir, secret)).toEqual([])
  }

  test('by ssh it is deployed from once the host knows the key that Atlas made, or one that was given', async () => {
    const url = ssh.urlOf(bare)
    expect((await type(deploy, url)).stderr).toContain('atlas deploy-keys create shop')
    const made = await type(['deploy-keys', 'create', 'shop'], url)
    const publicKey = /^ssh-ed25519 .*$/m.exec(made.stdout)![0]
    expect((await type(deploy, url)).stderr).toContain('atlas deploy-keys list shop')
    ssh.authorize(publicKey)
    expect(await type(deploy, url)).toMatchObject({ exit: 0, stderr: '' })
    expect(tags()).toHaveLength(1)
    expect((await type(['deploy-keys', 'list'], url)).stdout).not.toContain('never')

    const own = keyPair('own')
    ssh.authorize(own.publicKey)
    here.project.commit(2, false)
    await unseen(own.privateKey.split('\n')[2]!, async () => {
      const set = await type(['deploy-keys', 'set', 'shop'], url, own.privateKey)
      expect(set.stdout).toContain(own.fingerprint)
      expect(await type(deploy, url)).toMatchObject({ exit: 0, stderr: '' })
    })
    expect(tags()).toHaveLength(2)
  }, 300_000)

  test('by https it is deployed from with a token, until that is taken back', async () => {
    const url = https.urlOf(bare.slice(1))
    const token = 'glpat-planted-and-seen-by-nobody'
    https.tokens.add(token)
    here.project.commit(3, false)
    await unseen(token, async () => {
      const words = ['deploy-keys', 'set', 'shop', '--token', '--host', https.host, '--username', 'deploys']
      expect(await type(words, url, token)).toMatchObject({ exit: 0, stderr: '' })
      expect(await type(deploy, url)).toMatchObject({ exit: 0, stderr: '' })
    })
    expect(tags()).toHaveLength(3)
    https.tokens.clear()
    const refused = await type(deploy, url)
    expect(refused.exit).toBe(1)
    expect(refused.stderr).toContain(`atlas deploy-keys set shop --token --host ${https.host}`)
  }, 300_000)
})
