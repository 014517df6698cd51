import { createReadStream, readdirSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Of every process of this computer, where the machines of the sandbox run too, what it was started with: its command line,
 * or its environment as far as whoever asks may read it.
 */
export const ofProcesses = (what: 'cmdline' | 'environ'): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/${what}`, 'latin1')]
      } catch {
        return []
      }
    })

/** Command lines, looked at ten times a second until it is stopped: also of what has ended since. */
export function commandLines() {
  const seen = new Set<string>()
  let going = true
  const looking = (async () => {
    for (; going; await sleep(100)) for (const line of ofProcesses('cmdline')) seen.add(line)
  })()
  return {
    async stop(): Promise<string[]> {
      going = false
      await looking
      return [...seen]
    },
  }
}

/** Files below the folder that hold the text as it is. */
export async function filesWith(folder: string, text: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const found: string[] = []
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = join(entry.parentPath, entry.name)
    if (await holds(file, Buffer.from(text))) found.push(file)
  }
  return found
}

/** Read by pieces: the disks of machines are among them. What has gone meanwhile holds nothing. */
async function holds(file: string, text: Buffer): Promise<boolean> {
  let before: Buffer = Buffer.alloc(0)
  const stream = createReadStream(file, { highWaterMark: 1 << 20 })
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      if (Buffer.concat([before, piece]).includes(text)) return true
      before = piece.subarray(-text.length)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return false
}
