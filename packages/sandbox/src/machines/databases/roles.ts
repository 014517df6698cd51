import pg from 'pg'

export interface Login {
  name: string
  password: string
}

/** What a cluster shall have: the first user is its administrator, who owns the databases. */
export interface Contents {
  users: readonly Login[]
  names: readonly string[]
}

/** Where the cluster's superuser logs in. */
export interface Admin {
  host: string
  port: number
  user: string
  password: string
}

/** Our own: the superuser and the database it works in. Managed clusters keep both from their customers. */
export const superuser = 'postgres'
const ownDatabase = 'postgres'

/**
 * Makes users, passwords and databases so, and removes those of `before` that are no longer wanted, with what they hold.
 * What was made in SQL by those who use the cluster is theirs: it is left alone.
 */
export async function fill(admin: Admin, { users, names }: Contents, before: Contents): Promise<void> {
  const owner = users[0]?.name ?? superuser
  await inDatabase(admin, ownDatabase, async (client) => {
    for (const user of users) await setLogin(client, user, user.name === owner)
    const present = await databasesOf(client)
    for (const name of names) {
      if (!present.includes(name)) await client.query(`CREATE DATABASE ${id(name)} OWNER ${id(owner)}`)
    }
    const isGone = (name: string) => !names.includes(name) && before.names.includes(name)
    for (const name of present.filter(isGone)) await client.query(`DROP DATABASE ${id(name)} WITH (FORCE)`)
    for (const name of await loginsOf(client))
      if (holds(before, name) && !holds({ users }, name)) await dropLogin(admin, client, name, owner, names)
  })
}

const holds = ({ users }: Pick<Contents, 'users'>, name: string): boolean => users.some((user) => user.name === name)

const id = (name: string): string => pg.escapeIdentifier(name)

async function setLogin(client: pg.Client, { name, password }: Login, isOwner: boolean): Promise<void> {
  const exists = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name])
  const rights = isOwner ? 'LOGIN CREATEDB CREATEROLE REPLICATION' : 'LOGIN'
  const verb = exists.rowCount ? 'ALTER' : 'CREATE'
  await client.query(`${verb} ROLE ${id(name)} ${rights} PASSWORD ${pg.escapeLiteral(password)}`)
  if (isOwner) await client.query(`GRANT pg_monitor, pg_signal_backend TO ${id(name)} WITH ADMIN OPTION`)
}

async function dropLogin(
  admin: Admin,
  client: pg.Client,
  name: string,
  heir: string,
  databases: readonly string[],
): Promise<void> {
  for (const database of databases)
    await inDatabase(admin, database, (there) =>
      there.query(`REASSIGN OWNED BY ${id(name)} TO ${id(heir)}; DROP OWNED BY ${id(name)}`),
    )
  await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [name])
  await client.query(`DROP ROLE ${id(name)}`)
}

async function databasesOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT datname AS name FROM pg_database WHERE NOT datistemplate AND datname <> $1',
    [ownDatabase],
  )
  return rows.map(({ name }) => name)
}

async function loginsOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT rolname AS name FROM pg_roles WHERE rolcanlogin AND rolname <> $1',
    [superuser],
  )
  return rows.map(({ name }) => name)
}

/** The folder of the cluster's files. */
export const folderOf = (admin: Admin): Promise<string> =>
  inDatabase(admin, ownDatabase, async (client) => {
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory')
    return rows[0]!.data_directory
  })

async function inDatabase<T>(admin: Admin, database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...admin, database })
  // A session that is ended while it is idle; the next query would tell.
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
