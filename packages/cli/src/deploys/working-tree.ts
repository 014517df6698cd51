import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openAsBlob,
  realpathSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { sendWorkingTree, type WorkingTree } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'
import type { Context } from '../context.ts'
import { quoted } from '../show/quoted.ts'
import { megabytes, showUpload } from './upload.ts'

/** What was sent, and tags that it descends from, the highest version first. */
interface Sent extends WorkingTree {
  tags: string[]
}

/** Sends the files of a folder as they are. @throws AtlasError `usage`, `too_large` */
export async function sendFolder(context: Context, project: string, folder: string): Promise<Sent> {
  const packed = await packFolder(resolve(context.cwd, folder))
  try {
    const pack = await openAsBlob(packed.file)
    context.say(`${packed.files} files of ${folder}, ${megabytes(pack.size)} MB packed, are being sent …`)
    const { connection } = await context.connect()
    const upload = await showUpload(context, pack.size)
    const sent = await sendWorkingTree(connection, project, packed.commit, pack, upload.sent).finally(upload.end)
    const differs = sent.dirty ? 'with changes that are in no commit' : 'without a change'
    context.say(`The server has them: ${sent.base.slice(0, 10)} ${differs}.\n`)
    return { ...sent, tags: packed.tags }
  } finally {
    packed.remove()
  }
}

interface Packed {
  commit: string
  files: number
  tags: string[]
  /** The pack. */
  file: string
  remove(): void
}

/**
 * A folder as `git add --all` would add it, so without what .gitignore names, as a commit on top of the latest. The same
 * files give the same commit. Index and objects are temporary ones beside those of the repository, which stays as it is.
 * @throws AtlasError `usage` where the folder is not the top of a repository with a commit
 */
export async function packFolder(folder: string): Promise<Packed> {
  const base = await baseOf(folder)
  const temporary = mkdtempSync(join(tmpdir(), 'atlas-working-tree-'))
  const remove = () => rmSync(temporary, { recursive: true, force: true })
  try {
    const env = await beside(folder, temporary)
    const run = (...args: string[]) => git(folder, args, env)
    await run('add', '--all')
    const tree = await run('write-tree')
    const commit = await git(folder, ['commit-tree', tree, '-p', base, '-m', 'Working tree'], {
      ...env,
      ...author(await run('show', '--no-patch', '--format=%cI', base)),
    })
    const objects = await run('rev-list', '--objects', '--no-walk', '--no-object-names', commit)
    const file = join(temporary, 'pack')
    await pack(folder, `${objects}\n${base}\n`, env, file)
    const files = (await run('ls-files', '-z')).split('\0').filter(Boolean).length
    const tags = await git(folder, ['tag', '--list', '--merged', base, '--sort=-version:refname'])
    return { commit, files, tags: tags.split('\n').filter(Boolean).slice(0, mostTags), file, remove }
  } catch (error) {
    remove()
    throw error
  }
}

/** So many are enough to find the highest version among them, and no more are taken. */
const mostTags = 200

async function baseOf(folder: string): Promise<string> {
  const top = existsSync(folder)
    ? await git(folder, ['rev-parse', '--show-toplevel']).catch(() => undefined)
    : undefined
  if (top === undefined)
    throw new AtlasError(
      'usage',
      `${folder} is no folder with a git repository, so nothing says which files belong to it`,
      {
        hint: existsSync(folder)
          ? `cd ${quoted(folder)} && git init && git add --all && git commit --message first`
          : '--project-path <folder> names another; ../<project> when not given',
      },
    )
  if (realpathSync(top) !== realpathSync(folder))
    throw new AtlasError(
      'usage',
      `${folder} is a folder inside of the repository ${top}, and services are found from its top`,
      {
        hint: `--project-path ${quoted(top)}`,
      },
    )
  return git(folder, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']).catch(() => {
    throw new AtlasError('usage', `The repository in ${folder} has no commit yet that the files could be based on`, {
      hint: `cd ${quoted(folder)} && git add --all && git commit --message first`,
    })
  })
}

/** With a copy of the index, what is tracked although it is ignored stays, and what did not change is not read again. */
async function beside(folder: string, temporary: string): Promise<Record<string, string>> {
  const [index, objects] = (await git(folder, ['rev-parse', '--git-path', 'index', '--git-path', 'objects']))
    .split('\n')
    .map((path) => resolve(folder, path))
  const env = {
    GIT_INDEX_FILE: join(temporary, 'index'),
    GIT_OBJECT_DIRECTORY: join(temporary, 'objects'),
    GIT_ALTERNATE_OBJECT_DIRECTORIES: objects!,
  }
  if (existsSync(index!)) copyFileSync(index!, env.GIT_INDEX_FILE)
  mkdirSync(env.GIT_OBJECT_DIRECTORY)
  return env
}

/** Nobody's, and of a time that does not pass. */
const author = (date: string) => ({
  GIT_AUTHOR_NAME: 'Atlas',
  GIT_AUTHOR_EMAIL: 'working-tree@atlas.invalid',
  GIT_AUTHOR_DATE: date,
  GIT_COMMITTER_NAME: 'Atlas',
  GIT_COMMITTER_EMAIL: 'working-tree@atlas.invalid',
  GIT_COMMITTER_DATE: date,
})

async function git(cwd: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const options = { cwd, env: { ...process.env, ...env, LC_ALL: 'C' }, maxBuffer: 256 * 1024 * 1024 }
  try {
    return (await promisify(execFile)('git', args, options)).stdout.trimEnd()
  } catch (cause) {
    throw failed(cwd, (cause as { stderr?: string }).stderr || (cause as Error).message, cause)
  }
}

async function pack(cwd: string, objects: string, env: Record<string, string>, file: string): Promise<void> {
  const child = spawn('git', ['pack-objects', '--stdout', '--quiet'], {
    cwd,
    env: { ...process.env, ...env, LC_ALL: 'C' },
  })
  const [, , said, [code]] = await Promise.all([
    pipeline(Readable.from([objects]), child.stdin),
    pipeline(child.stdout, createWriteStream(file, { mode: 0o600 })),
    text(child.stderr),
    once(child, 'close'),
  ])
  if (code !== 0) throw failed(cwd, said)
}

const failed = (folder: string, said: string, cause?: unknown) =>
  new AtlasError('usage', `The files of ${folder} cannot be packed: ${said.trim()}`, {
    cause,
    hint: `git -C ${quoted(folder)} status shows what git makes of them`,
  })
