import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Backend, MachineSpec } from './backend.ts'
import { openBackend } from './index.ts'
import { run } from './run.ts'
import { type Client, client, newClient, newSpec } from './testing/clients.ts'
import { shellLine } from './words.ts'

const names = ['namespace', 'process'] as const

describe.each(names)('OpenSSH clients on a machine of the %s backend', (name) => {
  let backend: Backend
  let me: Client
  let machine: MachineSpec

  beforeAll(async () => {
    backend = await openBackend({ name, dataDir: await mkdtemp(join(tmpdir(), 'atlas-machines-')) })
    me = await newClient()
    machine = newSpec(me)
    await backend.create(machine)
    await backend.powerOn(machine.id)
  })
  afterAll(async () => {
    await backend.destroy(machine.id)
    await backend.close()
  })

  test('a command gives its output, its errors and its exit code', async () => {
    expect(await me.ssh(machine, ['echo out; echo err >&2; exit 7'])).toEqual({ code: 7, out: 'out\n', err: 'err\n' })
  })

  test('standard input reaches the command, and its end ends it', async () => {
    const outcome = await me.ssh(machine, ['wc', '-c'], Buffer.alloc(3_000_000))
    expect(outcome.out.trim()).toBe('3000000')
  })

  test('a client that is killed is the end of what its command reads', async () => {
    const line = 'echo $$; cat > /dev/null; echo gone > of-a-killed-client'
    const ssh = spawn('ssh', [...me.options, '-p', String(machine.sshPort), `root@${machine.address}`, line])
    await once(ssh.stdout, 'data')
    ssh.kill('SIGKILL')
    await expect.poll(async () => (await me.ssh(machine, ['cat of-a-killed-client'])).out).toBe('gone\n')
  })

  test('a command that a signal ended is told as such', async () => {
    const outcome = await me.ssh(machine, ['kill -TERM $$'])
    expect(outcome.code).toBe(255)
  })

  test('a key that is not authorised is refused', async () => {
    const stranger = await newClient()
    expect(await stranger.ssh(machine, ['true'])).toMatchObject({
      code: 255,
      err: expect.stringContaining('publickey'),
    })
  })

  test('the command runs as root in its home', async () => {
    const { out } = await me.ssh(machine, ['cd; basename $PWD; echo $USER $LOGNAME'])
    expect(out).toBe('root\nroot root\n')
  })

  test('variables that the client sends are set', async () => {
    const { out } = await me.ssh(machine, ['echo $LC_ATLAS'], '', ['-o', 'SetEnv=LC_ATLAS=here'])
    expect(out).toBe('here\n')
  })

  test('much output on both streams at once arrives whole and in order', async () => {
    const each = 'i=0; while [ $i -lt 60 ]; do head -c 100000 /dev/zero | tr "\\0" "$1"; i=$((i+1)); done'
    const { out, err } = await me.ssh(machine, [`f() { ${each}; }; f e >&2 & f o; wait`])
    expect([out.length, err.length]).toEqual([6_000_000, 6_000_000])
    expect(/^o+$/.test(out) && /^e+$/.test(err)).toBe(true)
  })

  test('an interactive shell has a terminal of the size the client says, and ends with its exit code', async () => {
    const session = ['-tt', '-o', 'SetEnv=LC_X=1']
    const script = 'stty rows 40 cols 99; stty size; tty; test -t 0 && echo terminal; exit 5\n'
    const { out, code } = await me.ssh(machine, [], script, session)
    expect(out).toMatch(/40 99\r\n\/dev\/(pts\/|tty)\S+\r\nterminal/)
    expect(code).toBe(5)
  })

  test('a terminal takes the size of the client, and its change', async () => {
    const watch =
      'stty size; trap "echo changed" WINCH; until [ "$(stty size)" = "44 88" ]; do sleep 0.05; done; stty size'
    await me.ssh(machine, ['cat > watch.sh'], watch)
    const ssh = ['ssh', '-tt', ...me.options, '-p', String(machine.sshPort), `root@${machine.address}`, 'sh watch.sh']
    const inner = `stty rows 33 cols 77; t=$(tty); (sleep 0.7; stty -F $t rows 44 cols 88) & exec ${shellLine(ssh)}`
    const { out } = await client(['script', '-qefc', inner, '/dev/null'])
    expect(out).toContain('33 77')
    expect(out).toMatch(/changed[\s\S]*44 88/)
  })

  test.each([
    ['by SFTP', []],
    ['by the old protocol', ['-O']],
  ])('scp carries 50 MB there and back unharmed %s', async (_how, options) => {
    const file = join(me.folder, 'big')
    const bytes = randomBytes(50_000_000)
    writeFileSync(file, bytes)
    expect(await me.scp(machine, file, ':big', options)).toMatchObject({ code: 0, err: '' })
    expect(await me.scp(machine, ':big', `${file}.back`, options)).toMatchObject({ code: 0, err: '' })
    const sum = (content: Buffer) => createHash('sha256').update(content).digest('hex')
    expect(sum(readFileSync(`${file}.back`))).toBe(sum(bytes))
  })

  test('scp carries a tree with its times and rights', async () => {
    const tree = join(me.folder, 'tree')
    await run([
      'sh',
      '-c',
      `mkdir -p ${tree}/a/b && echo one > ${tree}/a/one && echo two > ${tree}/a/b/two && chmod 750 ${tree}/a/b/two && touch -d 2020-02-02 ${tree}/a/one`,
    ])
    expect(await me.scp(machine, tree, ':tree', ['-rp'])).toMatchObject({ code: 0, err: '' })
    const { out } = await me.ssh(machine, [
      'cat tree/a/one tree/a/b/two; stat -c %a tree/a/b/two; date -r tree/a/one +%Y',
    ])
    expect(out).toBe('one\ntwo\n750\n2020\n')
  })

  test('sftp lists, renames, links and removes', async () => {
    const batch = [
      'mkdir d',
      'cd d',
      `put ${me.key}.pub one`,
      'rename one two',
      'ln -s two three',
      'ls -l',
      'rm two',
      'ls',
      'df',
    ].join('\n')
    const { out, code, err } = await client(
      ['sftp', '-q', ...me.options, '-P', String(machine.sshPort), '-b', '-', `root@${machine.address}`],
      `${batch}\n`,
    )
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/-rw\S+.* two/)
    expect(out).toMatch(/lrwx\S+.* three/)
  })

  test('rsync carries a tree, and then only what changed', async () => {
    const tree = join(me.folder, 'site')
    await run([
      'sh',
      '-c',
      `mkdir -p ${tree} && for i in 1 2 3 4 5; do head -c 100000 /dev/urandom > ${tree}/f$i; done`,
    ])
    const rsync = () =>
      client(['rsync', '-az', '--stats', '-e', me.remoteShell(machine), `${tree}/`, `root@${machine.address}:site/`])
    expect(await rsync()).toMatchObject({ code: 0, err: '' })
    writeFileSync(join(tree, 'f3'), 'changed')
    const second = await rsync()
    expect(second.out).toContain('Number of regular files transferred: 1')
    expect((await me.ssh(machine, ['cat', 'site/f3'])).out).toBe('changed')
  })

  test('git pushes to a bare repository in the machine and clones it back', async () => {
    const env = { ...process.env, GIT_SSH_COMMAND: me.remoteShell(machine), GIT_CONFIG_GLOBAL: '/dev/null' }
    const git = (...args: string[]) =>
      client(['git', '-c', 'user.name=t', '-c', 'user.email=t@t', ...args], '', { env })
    const work = join(me.folder, 'work')
    await me.ssh(machine, ['git', 'init', '-q', '--bare', 'app.git'])
    await git('init', '-q', '-b', 'main', work)
    writeFileSync(join(work, 'app.txt'), 'version 1')
    await git('-C', work, 'add', '.')
    await git('-C', work, 'commit', '-qm', 'first')
    const url = `root@${machine.address}:app.git`
    expect(await git('-C', work, 'push', '-q', url, 'main')).toMatchObject({ code: 0 })
    expect(await git('clone', '-q', '-b', 'main', url, `${work}.back`)).toMatchObject({ code: 0 })
    expect(readFileSync(join(`${work}.back`, 'app.txt'), 'utf8')).toBe('version 1')
  })

  test('thirty sessions over one connection run side by side', async () => {
    const control = join(me.folder, 'control')
    const shared = ['-o', `ControlPath=${control}`]
    await me.ssh(machine, ['true'], '', [...shared, '-o', 'ControlMaster=yes', '-o', 'ControlPersist=30'])
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, i) => me.ssh(machine, [`sleep 0.2; echo ${i}`], '', shared)),
    )
    expect(outcomes.map(({ out }) => out.trim())).toEqual(Array.from({ length: 30 }, (_, i) => String(i)))
    await client(['ssh', ...me.options, ...shared, '-O', 'exit', 'x'])
  })
})
