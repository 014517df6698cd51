// An SFTP server (protocol version 3, draft-ietf-secsh-filexfer-02, with OpenSSH's extensions) on standard input and
// output, for machines on a computer that has no sftp-server of OpenSSH. It runs inside the machine, so that paths, links
// and permissions are the machine's own; everything is synchronous, so that answers come in order by themselves.
// One file with nothing but Node's own modules: it is handed to Node as text (program.ts).
import * as fs from 'node:fs'
import { resolve } from 'node:path'

const constants = fs.constants

class Reader {
  readonly #bytes: Buffer
  #at = 0
  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }
  byte = (): number => this.#bytes.readUInt8(this.#at++)
  uint32(): number {
    this.#at += 4
    return this.#bytes.readUInt32BE(this.#at - 4)
  }
  uint64(): number {
    this.#at += 8
    return Number(this.#bytes.readBigUInt64BE(this.#at - 8))
  }
  /** Names stay bytes: not every file's name is UTF-8. */
  string(): Buffer {
    const length = this.uint32()
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
  path(): Buffer {
    const path = this.string()
    return path.length === 0 ? Buffer.from('.') : path
  }
  attributes(): Attributes {
    const flags = this.uint32()
    const attributes: Attributes = {}
    if (flags & 1) attributes.size = this.uint64()
    if (flags & 2) attributes.owner = { uid: this.uint32(), gid: this.uint32() }
    if (flags & 4) attributes.mode = this.uint32() & 0o7777
    if (flags & 8) attributes.times = { atime: this.uint32(), mtime: this.uint32() }
    return attributes
  }
}

interface Attributes {
  size?: number
  owner?: { uid: number; gid: number }
  mode?: number
  times?: { atime: number; mtime: number }
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}
const uint64 = (value: number | bigint): Buffer => {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}
const text = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value as string)
  return Buffer.concat([uint32(bytes.length), bytes])
}

const seconds = (ms: number): number => Math.floor(ms / 1000)

const attributesOf = (stat: fs.Stats): Buffer =>
  Buffer.concat([
    uint32(1 | 2 | 4 | 8),
    uint64(stat.size),
    ...[stat.uid, stat.gid, stat.mode, seconds(stat.atimeMs), seconds(stat.mtimeMs)].map(uint32),
  ])

/** As `ls -l` prints it: clients show this line as it comes. */
function listing(name: Buffer, stat: fs.Stats): Buffer {
  const kind = stat.isDirectory() ? 'd' : stat.isSymbolicLink() ? 'l' : '-'
  const rights = [6, 3, 0].map((shift) => {
    const bits = stat.mode >> shift
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 1 ? 'x' : '-'}`
  })
  const when = stat.mtime.toString().slice(4, 16)
  const columns = [stat.nlink, stat.uid, stat.gid, stat.size].map((value) => String(value).padStart(8))
  return Buffer.concat([Buffer.from(`${kind}${rights.join('')} ${columns.join(' ')} ${when} `), name])
}

type Open = { fd: number; append: boolean } | { folder: Buffer; names: Buffer[] }

const open = new Map<number, Open>()
let nextHandle = 0

function remember(what: Open): Answer {
  open.set(nextHandle, what)
  return { type: 102, body: text(uint32(nextHandle++)) }
}
const handleOf = (reader: Reader): number => reader.string().readUInt32BE()

function fileOf(reader: Reader): { fd: number; append: boolean } {
  const found = open.get(handleOf(reader))
  if (!found || !('fd' in found)) throw Object.assign(new Error('no such handle'), { code: 'EBADF' })
  return found
}

interface Answer {
  type: number
  body: Buffer
}

const status = (code: number, message: string): Answer => ({
  type: 101,
  body: Buffer.concat([uint32(code), text(message), text('en')]),
})
const ok = status(0, 'Success')
const endOfFile = status(1, 'End of file')

function failure(error: unknown): Answer {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return status(2, 'No such file or directory')
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return status(3, 'Permission denied')
  return status(4, message.replace(/,? (open|mkdir|rename|unlink|rmdir|write|read|symlink|link)( '.*)?$/, ''))
}

const names = (entries: readonly { name: Buffer; stat?: fs.Stats }[]): Answer => ({
  type: 104,
  body: Buffer.concat([
    uint32(entries.length),
    ...entries.flatMap(({ name, stat }) =>
      stat ? [text(name), text(listing(name, stat)), attributesOf(stat)] : [text(name), text(name), uint32(0)],
    ),
  ]),
})

function openFlags(flags: number): number {
  const access = (flags & 3) === 3 ? constants.O_RDWR : flags & 2 ? constants.O_WRONLY : constants.O_RDONLY
  const more = [
    [4, constants.O_APPEND],
    [8, constants.O_CREAT],
    [16, constants.O_TRUNC],
    [32, constants.O_EXCL],
  ] as const
  return more.reduce((all, [bit, flag]) => (flags & bit ? all | flag : all), access)
}

function setAttributes(path: Buffer, { size, owner, mode, times }: Attributes): Answer {
  if (size !== undefined) fs.truncateSync(path, size)
  if (mode !== undefined) fs.chmodSync(path, mode)
  if (times) fs.utimesSync(path, times.atime, times.mtime)
  if (owner) fs.chownSync(path, owner.uid, owner.gid)
  return ok
}

function setFileAttributes(fd: number, { size, owner, mode, times }: Attributes): Answer {
  if (size !== undefined) fs.ftruncateSync(fd, size)
  if (mode !== undefined) fs.fchmodSync(fd, mode)
  if (times) fs.futimesSync(fd, times.atime, times.mtime)
  if (owner) fs.fchownSync(fd, owner.uid, owner.gid)
  return ok
}

const joined = (folder: Buffer, name: Buffer): Buffer => Buffer.concat([folder, Buffer.from('/'), name])

/** A name's absolute form; what does not exist yet is taken as it is written. */
function realPath(path: Buffer): Buffer {
  try {
    return fs.realpathSync.native(path, 'buffer')
  } catch {
    return Buffer.from(resolve(path.toString()))
  }
}

function readFolder(reader: Reader): Answer {
  const found = open.get(handleOf(reader))
  if (!found || !('names' in found)) throw Object.assign(new Error('no such handle'), { code: 'EBADF' })
  const some = found.names.splice(0, 100)
  if (some.length === 0) return endOfFile
  return names(
    some.flatMap((name) => {
      const stat = fs.lstatSync(joined(found.folder, name), { throwIfNoEntry: false })
      return stat ? [{ name, stat }] : []
    }),
  )
}

/** Version 3 says that renaming never replaces: hence link and unlink for files, as OpenSSH does it. */
function renameNew(from: Buffer, to: Buffer): Answer {
  if (fs.lstatSync(to, { throwIfNoEntry: false })) return status(4, 'File exists')
  fs.renameSync(from, to)
  return ok
}

/** The answer to what only either works or throws. */
const after = (effect: () => void): Answer => {
  effect()
  return ok
}

const extensions: Record<string, (reader: Reader) => Answer> = {
  'posix-rename@openssh.com': (reader) => after(() => fs.renameSync(reader.path(), reader.path())),
  'hardlink@openssh.com': (reader) => after(() => fs.linkSync(reader.path(), reader.path())),
  'fsync@openssh.com': (reader) => after(() => fs.fsyncSync(fileOf(reader).fd)),
  'statvfs@openssh.com': (reader) => {
    const { bsize, blocks, bfree, bavail, files, ffree } = fs.statfsSync(reader.path())
    const values = [bsize, bsize, blocks, bfree, bavail, files, ffree, ffree, 0, 0, 255]
    return { type: 201, body: Buffer.concat(values.map(uint64)) }
  },
  // Packet, read and write sizes, and open files at most; 0 is "no limit known".
  'limits@openssh.com': () => ({ type: 201, body: Buffer.concat([262_144, 261_120, 261_120, 0].map(uint64)) }),
}
const versions: Record<string, string> = { 'statvfs@openssh.com': '2' }

const requests: Record<number, (reader: Reader) => Answer> = {
  3(reader) {
    const [path, flags, { mode }] = [reader.path(), reader.uint32(), reader.attributes()]
    return remember({ fd: fs.openSync(path, openFlags(flags), mode ?? 0o666), append: (flags & 4) !== 0 })
  },
  4(reader) {
    const handle = handleOf(reader)
    const found = open.get(handle)
    open.delete(handle)
    if (found && 'fd' in found) fs.closeSync(found.fd)
    return ok
  },
  5(reader) {
    const [{ fd }, offset, length] = [fileOf(reader), reader.uint64(), reader.uint32()]
    const bytes = Buffer.allocUnsafe(Math.min(length, 261_120))
    const count = fs.readSync(fd, bytes, 0, bytes.length, offset)
    return count === 0 ? endOfFile : { type: 103, body: text(bytes.subarray(0, count)) }
  },
  6(reader) {
    const [{ fd, append }, offset, bytes] = [fileOf(reader), reader.uint64(), reader.string()]
    for (let at = 0; at < bytes.length; )
      at += fs.writeSync(fd, bytes, at, bytes.length - at, append ? null : offset + at)
    return ok
  },
  7: (reader) => ({ type: 105, body: attributesOf(fs.lstatSync(reader.path())) }),
  8: (reader) => ({ type: 105, body: attributesOf(fs.fstatSync(fileOf(reader).fd)) }),
  9: (reader) => setAttributes(reader.path(), reader.attributes()),
  10: (reader) => setFileAttributes(fileOf(reader).fd, reader.attributes()),
  11(reader) {
    const folder = reader.path()
    const found = fs.readdirSync(folder, { encoding: 'buffer' })
    return remember({ folder, names: [Buffer.from('.'), Buffer.from('..'), ...found] })
  },
  12: readFolder,
  13: (reader) => after(() => fs.unlinkSync(reader.path())),
  14: (reader) => after(() => fs.mkdirSync(reader.path(), { mode: reader.attributes().mode ?? 0o777 })),
  15: (reader) => after(() => fs.rmdirSync(reader.path())),
  16: (reader) => names([{ name: realPath(reader.path()) }]),
  17: (reader) => ({ type: 105, body: attributesOf(fs.statSync(reader.path())) }),
  18: (reader) => renameNew(reader.path(), reader.path()),
  19: (reader) => names([{ name: fs.readlinkSync(reader.path(), 'buffer') }]),
  // OpenSSH sends the target first, against the draft, and every client has followed it.
  20: (reader) => after(() => fs.symlinkSync(reader.path(), reader.path())),
  200: (reader) => extensions[reader.string().toString()]?.(reader) ?? status(8, 'Operation unsupported'),
}

function answer(packet: Buffer): Buffer {
  const reader = new Reader(packet)
  const type = reader.byte()
  if (type === 1) {
    const offered = Object.keys(extensions).flatMap((name) => [text(name), text(versions[name] ?? '1')])
    return framed(2, [uint32(3), ...offered])
  }
  const id = uint32(reader.uint32())
  let result: Answer
  try {
    result = requests[type]?.(reader) ?? status(8, 'Operation unsupported')
  } catch (error) {
    result = failure(error)
  }
  return framed(result.type, [id, result.body])
}

function framed(type: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from([type]), ...parts])
  return Buffer.concat([uint32(body.length), body])
}

function writeOut(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(1, bytes, at)
}

/** Exactly `length` bytes, or nothing at the end of input. */
function readIn(length: number): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(length)
  for (let at = 0; at < length; ) {
    const count = fs.readSync(0, bytes, at, length - at, null)
    if (count === 0) return
    at += count
  }
  return bytes
}

process.umask(0o022)
for (;;) {
  const length = readIn(4)?.readUInt32BE()
  const packet = length === undefined ? undefined : readIn(length)
  if (!packet) break
  writeOut(answer(packet))
}
