import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readOnDisk, writeOnDisk } from './disk-files.ts'

let base: string
let root: string
let outside: string

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'atlas-disk-'))
  root = join(base, 'root')
  outside = join(base, 'outside')
  for (const folder of [root, outside, join(root, 'etc')]) mkdirSync(folder)
  writeFileSync(join(outside, 'hosts'), "this computer's")
})
afterEach(() => rmSync(base, { recursive: true }))

test('a file is written with its mode, its folders are made, and it is read again', async () => {
  await writeOnDisk(root, '/root/.ssh/authorized_keys', 'a key\n', 0o600)
  expect(await readOnDisk(root, 'root/.ssh/authorized_keys')).toBe('a key\n')
  expect(statSync(join(root, 'root/.ssh')).mode & 0o777).toBe(0o700)
  expect(statSync(join(root, 'root/.ssh/authorized_keys')).mode & 0o777).toBe(0o600)
})

test.runIf(process.platform === 'linux')(
  'a link that a machine put in place of a file is replaced, not followed',
  async () => {
    symlinkSync(join(outside, 'hosts'), join(root, 'etc/hosts'))
    await expect(readOnDisk(root, 'etc/hosts')).rejects.toThrow('ELOOP')
    await writeOnDisk(root, 'etc/hosts', "the machine's")
    expect(readFileSync(join(outside, 'hosts'), 'utf8')).toBe("this computer's")
    expect(await readOnDisk(root, 'etc/hosts')).toBe("the machine's")
  },
)

test.runIf(process.platform === 'linux')(
  'a link in place of a folder on the way is replaced, not followed',
  async () => {
    symlinkSync(outside, join(root, 'srv'))
    await expect(readOnDisk(root, 'srv/hosts')).rejects.toThrow()
    await writeOnDisk(root, 'srv/hosts', "the machine's")
    expect(readFileSync(join(outside, 'hosts'), 'utf8')).toBe("this computer's")
    expect(readFileSync(join(root, 'srv/hosts'), 'utf8')).toBe("the machine's")
  },
)

test('a path that climbs above the root stays below it', async () => {
  await expect(readOnDisk(root, '../outside/hosts')).rejects.toThrow('ENOENT')
  await writeOnDisk(root, '../outside/hosts', "the machine's")
  expect(readFileSync(join(outside, 'hosts'), 'utf8')).toBe("this computer's")
})

test('a pipe in place of a file is refused at once', async () => {
  execFileSync('mkfifo', [join(root, 'etc/passwd')])
  await expect(readOnDisk(root, 'etc/passwd')).rejects.toThrow('is not a file')
})
