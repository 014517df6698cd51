/** What a backup is made of, in this order: for each table a head and its rows, then the files, then the manifest. */
export type Frame =
  | { kind: 'table'; table: string; columns: string[] }
  | { kind: 'file'; path: string; mode: number }
  /** Goes on from the head before it. */
  | { kind: 'data'; data: Buffer }
  | { kind: 'manifest'; manifest: object }

const dataFrame = 1
const headFrame = 0
/** Longer than any frame we write: what claims more is damaged. */
const longest = 64 * 1024 * 1024

/** Length in four bytes, kind in one, and the content: JSON, or bytes as they are. */
export function encode(frame: Frame): Buffer {
  const content = frame.kind === 'data' ? frame.data : Buffer.from(JSON.stringify(frame))
  const head = Buffer.alloc(5)
  head.writeUInt32BE(content.length)
  head[4] = frame.kind === 'data' ? dataFrame : headFrame
  return Buffer.concat([head, content])
}

/** @throws Error where the bytes end in the middle of a frame, or are none */
export async function* decode(bytes: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let held: Buffer = Buffer.alloc(0)
  for await (const chunk of bytes) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    for (let end = endOf(held); end !== undefined; end = endOf(held)) {
      const content = held.subarray(5, end)
      yield held[4] === dataFrame
        ? { kind: 'data', data: content }
        : (JSON.parse(content.toString()) as Exclude<Frame, { kind: 'data' }>)
      held = held.subarray(end)
    }
  }
  if (held.length > 0) throw new Error('it ends in the middle')
}

function endOf(held: Buffer): number | undefined {
  if (held.length < 5) return undefined
  const length = held.readUInt32BE()
  if (length > longest) throw new Error('it has a part of an impossible length')
  return held.length < 5 + length ? undefined : 5 + length
}
