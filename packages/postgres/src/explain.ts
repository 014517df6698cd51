import { PostgresError, type PostgresErrorCode } from './error.ts'

const causes: { says: RegExp; code: PostgresErrorCode; message: string; hint: string }[] = [
  {
    says: /No space left on device|ENOSPC|Disk quota exceeded|EDQUOT/,
    code: 'disk_full',
    message: 'There is no space left on the disk',
    hint: 'Free some space (PostgreSQL needs about 100 MB to start), then start again.',
  },
  {
    says: /Read-only file system|EROFS/,
    code: 'read_only',
    message: 'The file system is read-only',
    hint: 'Choose a data folder that can be written.',
  },
  {
    says: /Address already in use|EADDRINUSE/,
    code: 'port_in_use',
    message: 'The port is taken by another program',
    hint: 'Choose another port, or leave the choice to the computer (port: "free").',
  },
  {
    says: /(Cannot|Can't) assign requested address|EADDRNOTAVAIL/,
    code: 'address_unavailable',
    message: 'This computer does not have that address',
    hint: 'On macOS every address but 127.0.0.1 must be added first: sudo ifconfig lo0 alias <address>',
  },
  {
    says: /pre-existing shared memory block|lock file "postmaster.pid" already exists/,
    code: 'memory_left',
    message: 'Processes of an earlier PostgreSQL still use the cluster',
    hint: 'They end by themselves within seconds; otherwise stop them.',
  },
  {
    says: /error while loading shared libraries|Library not loaded/,
    code: 'binaries_broken',
    message: "PostgreSQL's libraries are not whole",
    hint: 'npm rebuild, or remove node_modules and run npm ci.',
  },
  {
    says: /setres[ug]id failed|setgroups failed|EPERM|spawn .* EINVAL/,
    code: 'no_os_user',
    message: 'PostgreSQL does not run as root, and changing to another account is not allowed here',
    hint: 'Start as an ordinary user, or use a PostgreSQL of your own: DATABASE_URL=postgresql://…',
  },
  {
    says: /spawn .* ENOENT|required file not found/,
    code: 'binaries_missing',
    message: 'The PostgreSQL programs do not run on this system (they need the GNU C library)',
    hint: 'Use a PostgreSQL of your own: DATABASE_URL=postgresql://…',
  },
  {
    says: /Permission denied|EACCES/,
    code: 'folder_unreachable',
    message: 'PostgreSQL may not reach its folder or its programs',
    hint: 'Choose a data folder that its account can reach.',
  },
]

/** What PostgreSQL's own words, or a failed system call, mean for the person who started it. */
export function explain(where: string, words: string, cause?: unknown): PostgresError {
  const known = causes.find(({ says }) => says.test(words))
  const tail = words.trim().split('\n').slice(-4).join('\n')
  if (known) return new PostgresError(known.code, `${known.message} (${where}).\n${tail}`, { hint: known.hint, cause })
  return new PostgresError('start_failed', `PostgreSQL did not start (${where}).\n${tail}`, { cause })
}
