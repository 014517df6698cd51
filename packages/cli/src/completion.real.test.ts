import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { atlas, run } from './cli.fixture.ts'

const candidates = async (...words: string[]) => {
  const { stdout } = await run('/', ['complete', '--', ...words])
  return stdout.split('\n').map((line) => line.split('\t')[0])
}

test('commands, words below them, options and their values are completed', async () => {
  expect(await candidates('')).toEqual(expect.arrayContaining(['plan', 'status', 'operations']))
  expect(await candidates('')).not.toContain('complete')
  expect(await candidates('operations', '')).toEqual(expect.arrayContaining(['list', 'watch', 'rollback']))
  expect(await candidates('plan', '--d')).toEqual(expect.arrayContaining(['--destroy', '--data-dir']))
  expect(await candidates('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']))
})

const shop = {
  name: 'shop',
  status: 'ready',
  resources: [
    { name: 'web1', type: 'machine' },
    { name: 'net', type: 'vpc' },
  ],
}
const operation = { infrastructure: 'shop', kind: 'apply', created_at: new Date().toISOString() }
const answers: Record<string, object> = {
  '/api/v1/infrastructure': { infrastructure: [shop, { ...shop, name: 'old', status: 'destroyed' }] },
  '/api/v1/operations': {
    operations: [
      { ...operation, id: 'op-2', status: 'in_progress' },
      { ...operation, id: 'op-1', status: 'succeeded' },
    ],
  },
}

async function listening(answer: RequestListener): Promise<{ env: NodeJS.ProcessEnv; close(): void }> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { env: { ATLAS_URL: `http://127.0.0.1:${port}`, ATLAS_TOKEN: 't' }, close: () => server.close() }
}

test('what exists is completed by name, from the server that runs', async () => {
  const { env, close } = await listening((request, response) => {
    response.end(JSON.stringify(answers[new URL(request.url!, 'http://here').pathname]))
  })
  const offered = async (...words: string[]) => (await run('/', ['complete', '--', ...words, ''], env)).stdout
  expect(await offered('ssh')).toMatch(/^web1\tshop\n:\d+\n$/)
  expect(await offered('ssh', '-i', 'shop')).toMatch(/^web1\t/)
  expect(await offered('ssh', '-i')).toMatch(/^shop\tready\n:/)
  for (const words of [['status'], ['repair'], ['destroy'], ['plan', '--destroy'], ['operations', 'list', '-i']])
    expect(await offered(...words)).toMatch(/^shop\tready\n:/)
  for (const word of ['show', 'watch', 'rollback'])
    expect(await offered('operations', word)).toMatch(/^op-2\tapply shop, in progress, .*\nop-1\tapply shop, succeeded/)
  expect(await offered('operations', 'cancel')).toMatch(/^op-2\t.*\n:/)
  close()
})

test('without a server, or with one that does not answer, completion is quick and says nothing', async () => {
  const silent = await listening(() => {})
  for (const env of [{}, silent.env, { ATLAS_URL: 'nonsense', ATLAS_TOKEN: 't' }]) {
    const { exit, stdout, stderr } = await run('/', ['complete', '--', 'ssh', ''], env)
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(stdout).toMatch(/^:\d+\n$/)
  }
  silent.close()
})

test.each(['bash', 'zsh', 'fish'])('the script for %s is printed and nothing else', async (shell) => {
  const { exit, stdout, stderr } = await run('/', ['completion', shell])
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  expect(stdout).toContain('complete --')
})

test('bash completes with it', () => {
  const script = `
    atlas() { ${atlas} "$@"; }
    source <(atlas completion bash)
    COMP_WORDS=(atlas stat) COMP_CWORD=1 COMP_LINE='atlas stat' COMP_POINT=10
    $(complete -p atlas | sed 's/.*-F \\([^ ]*\\).*/\\1/') atlas stat atlas
    printf '%s\\n' "\${COMPREPLY[@]}"`
  expect(execFileSync('bash', ['-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })).toMatch(
    /^status\s*$/m,
  )
})
