import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lineOf, run, start, workFolder } from './cli.fixture.ts'

const folder = workFolder()
let server: ChildProcess
let url: string

beforeAll(async () => {
  server = start(folder.path, ['serve', '--port', '0'])
  await lineOf(server, /^Server at/)
  server.stdout!.resume()
  url = (JSON.parse(readFileSync(join(folder.path, '.atlas/server.json'), 'utf8')) as { url: string }).url
}, 120_000)

afterAll(async () => {
  const ended = once(server, 'exit')
  server.kill('SIGINT')
  await ended
  folder.remove()
})

const json = async (words: string[], env?: NodeJS.ProcessEnv) => {
  const { stdout, stderr, exit } = await run(folder.path, [...words, '--json'], env)
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  return JSON.parse(stdout)
}

test('a team gets a workspace and a token, and loses both', async () => {
  expect(await json(['workspaces', 'create', 'team-a'])).toMatchObject({ workspace: { name: 'team-a' } })
  const made = await json(['tokens', 'create', 'lead', '--role', 'admin', '--workspace', 'team-a'])
  expect(made).toMatchObject({ token: { role: 'admin', expires_at: expect.any(String) } })

  const theirs = { ATLAS_URL: url, ATLAS_TOKEN: made.secret }
  expect((await json(['workspaces', 'list'], theirs)).workspaces).toMatchObject([{ name: 'team-a' }])
  const refused = await run(folder.path, ['workspaces', 'create', 'mine'], theirs)
  expect(refused).toMatchObject({ exit: 5, stderr: expect.stringContaining('needs the server’s own token') })
  const foreign = await run(folder.path, ['status'], { ...theirs, ATLAS_WORKSPACE: 'default' })
  expect(foreign).toMatchObject({ exit: 4, stderr: expect.stringContaining('There is no workspace default') })

  const shown = await run(folder.path, ['tokens', 'list'], theirs)
  expect(shown.stdout).toMatch(/lead +atlas_\w{8} +admin/)
  await json(['tokens', 'revoke', made.token.id], { ATLAS_WORKSPACE: 'team-a' })
  expect(await run(folder.path, ['status'], theirs)).toMatchObject({ exit: 5 })
  expect(await json(['workspaces', 'delete', 'team-a', '--yes'])).toEqual({ deleted: 'team-a' })
})

test('the audit is listed, exported and verified, also without the server', async () => {
  await json(['tokens', 'create', 'ci'])
  const { audit } = await json(['audit', 'list', '--limit', '2'])
  expect(audit).toMatchObject([
    { kind: 'answered', action: 'POST /api/v1/tokens', result: { status: 201 } },
    { kind: 'asked', action: 'POST /api/v1/tokens' },
  ])
  const { head } = await json(['audit', 'verify'])
  const noted = `${head.seq}:${head.hash}`
  expect((await run(folder.path, ['audit', 'verify', '--head', noted])).stdout).toContain(
    `is whole: ${head.seq} records`,
  )

  const { stdout: lines } = await run(folder.path, ['audit', 'export', '--everything'])
  const verify = (text: string, ...words: string[]) => {
    writeFileSync(join(folder.path, 'audit.jsonl'), text)
    return run(folder.path, ['audit', 'verify', '--file', 'audit.jsonl', ...words])
  }
  expect(await verify(lines, '--head', noted)).toMatchObject({ exit: 0 })
  const tampered = await verify(lines.replace('"name":"the server', '"name":"nobody, the server'))
  expect(tampered).toMatchObject({ exit: 1, stdout: expect.stringContaining('changed at 1') })
  const cut = lines.trimEnd().split('\n').slice(0, -1).join('\n')
  expect(await verify(cut)).toMatchObject({ exit: 0 })
  expect(await verify(cut, '--head', noted)).toMatchObject({ exit: 1, stdout: expect.stringContaining('truncated') })
})
