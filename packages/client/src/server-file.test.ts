import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test, vi } from 'vitest'
import { readServerFile } from './server-file.ts'

test.runIf(process.platform === 'linux')('a server that was killed has ended, also where nobody asks how', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'atlas-server-file-'))
  const foundOf = (pid: number) => {
    writeFileSync(join(folder, 'server.json'), JSON.stringify({ url: 'http://127.0.0.1:1', token: 't', pid }))
    return readServerFile(folder)
  }
  expect(foundOf(process.pid)).toMatchObject({ pid: process.pid })
  // What becomes of the shell never waits for the child that the shell had, and that ends only then.
  const script = 'exec 3<&0; cat <&3 & echo $!; exec sleep 60'
  const parent = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'] })
  try {
    const [pid] = (await once(createInterface(parent.stdout), 'line')).map(Number)
    await vi.waitFor(() => expect(readFileSync(`/proc/${parent.pid}/comm`, 'utf8')).toBe('sleep\n'), 10_000)
    expect(foundOf(pid!)).toMatchObject({ pid })
    parent.stdin.end()
    await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z '), 10_000)
    expect(foundOf(pid!)).toBeUndefined()
  } finally {
    parent.kill()
    rmSync(folder, { recursive: true })
  }
})
