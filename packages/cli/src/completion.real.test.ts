import { execFileSync } from 'node:child_process'
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
