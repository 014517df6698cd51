import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { at, foldersOfEach, refusal, start } from './folders.fixture.ts'

foldersOfEach()

/** Can this process mount? In a container it often cannot, even as root. */
const canMount =
  process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0

describe.runIf(canMount)('on a disk that does not do its part', () => {
  const mounted = (options: string) => {
    mkdirSync(at.dataDir)
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'atlas-test', at.dataDir])
  }
  afterEach(() => execFileSync('umount', [at.dataDir]))

  test('a full disk is called full, at first and later', async () => {
    mounted('size=20m,mode=711')
    const error = await refusal(start())
    expect(error).toMatchObject({ code: 'disk_full', hint: expect.stringContaining('space') })
    execFileSync('mount', ['-o', 'remount,size=100m', at.dataDir])
    await (await start()).stop()
    fillUp(join(at.dataDir, 'ballast'))
    expect(await refusal(start())).toMatchObject({ code: 'disk_full' })
  })

  test('a read-only disk is called read-only', async () => {
    mounted('size=1m,mode=711,ro')
    expect(await refusal(start())).toMatchObject({ code: 'read_only' })
  })
})

function fillUp(file: string): void {
  const fd = openSync(file, 'w')
  const block = Buffer.alloc(4096)
  try {
    for (;;) writeSync(fd, block)
  } catch {
    closeSync(fd)
  }
}
