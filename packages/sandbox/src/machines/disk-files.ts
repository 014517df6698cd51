import type { FileHandle } from 'node:fs/promises'
import { constants, lstat, mkdir, open, unlink } from 'node:fs/promises'
import { join, posix } from 'node:path'

/*
 * Files of a machine's disk, read and written from outside it. A machine may put a symbolic link anywhere; followed from
 * here it would lead to this computer's files, as its target is meant for the machine's own root. So each folder on the
 * way is opened without following, and the next name is looked up in the open one: a link put there meanwhile changes
 * nothing. Node has no openat; /proc/self/fd is Linux's. Elsewhere machines are not kept apart, and paths are plain.
 */

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY, O_CREAT, O_EXCL } = constants
const plain = process.platform !== 'linux'

/** Rejects where there is no such file, or what is there is not one. `path` is the machine's own, from its root. */
export async function readOnDisk(root: string, path: string): Promise<string> {
  return inFolderOf(root, path, enter, async (file) => {
    // Without waiting: what is there may be a pipe.
    const handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      if (!(await handle.stat()).isFile()) throw new Error(`${path} is not a file.`)
      return await handle.readFile('utf8')
    } finally {
      await handle.close()
    }
  })
}

/** Puts a file in the place of whatever had its name, and folders in the place of links that led there. */
export async function writeOnDisk(root: string, path: string, text: string, mode = 0o644): Promise<void> {
  await inFolderOf(root, path, enterOrMake, async (file) => {
    await unlinkIfThere(file)
    const handle = await open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode)
    await handle.writeFile(text).finally(() => handle.close())
  })
}

type Enter = (folder: string) => Promise<FileHandle>

async function inFolderOf<T>(root: string, path: string, enterNext: Enter, work: (file: string) => Promise<T>) {
  // From the root on, `..` leads nowhere else.
  const names = posix.resolve('/', path).split('/').filter(Boolean)
  const last = names.pop() ?? ''
  let way = root
  let folder = await enter(root)
  const within = (name: string) => join(plain ? way : `/proc/self/fd/${folder.fd}`, name)
  try {
    for (const name of names) {
      const next = await enterNext(within(name))
      await folder.close()
      folder = next
      way = join(way, name)
    }
    return await work(within(last))
  } finally {
    await folder.close()
  }
}

const enter: Enter = (folder) => open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)

async function enterOrMake(folder: string): Promise<FileHandle> {
  const found = await lstat(folder).catch(() => undefined)
  if (found && !found.isDirectory()) await unlinkIfThere(folder)
  // Its secrets (/root/.ssh) are its root's alone.
  if (!found?.isDirectory()) await mkdir(folder, { mode: folder.endsWith('/.ssh') ? 0o700 : 0o755 })
  return enter(folder)
}

const unlinkIfThere = (path: string): Promise<void> =>
  unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
