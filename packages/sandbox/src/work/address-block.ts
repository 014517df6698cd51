import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port that nothing else is likely to want, on the last address of a block. */
const port = 47_077

/**
 * Two sandboxes on one computer must not give out the same addresses: each holds a block of 254, the third part of
 * 127.77.x.y, by listening on its last address; the system lets go of it with the process, however that ends. A sandbox
 * first tries the block it had, or the one that follows from its folder.
 */
export async function claimBlock(folder: string, before: number | undefined): Promise<number> {
  const first = before ?? createHash('sha256').update(folder).digest().readUInt8(0) % 250
  for (let step = 0; step < 250; step++) {
    const block = (first + step) % 250
    if (await hold(block)) return block
  }
  throw new Error('All 250 blocks of 127.77.0.0/16 are held by other sandboxes on this computer.')
}

async function hold(block: number): Promise<boolean> {
  const server = createServer((socket) => socket.destroy())
  server.listen({ host: `127.77.${block}.254`, port, exclusive: true })
  try {
    await once(server, 'listening')
    server.unref()
    return true
  } catch (error) {
    // Where such addresses cannot be listened at, there is nothing to share either.
    return (error as NodeJS.ErrnoException).code !== 'EADDRINUSE'
  }
}
