import pg from 'pg'
import { PostgresError } from './error.ts'

export interface Login {
  host: string
  port: number
  user: string
  password: string
  database: string
}

export const urlOf = ({ host, port, user, password, database }: Login): string =>
  `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(database)}`

/**
 * Makes the database unless it is there; so it also proves that the password is right.
 * @throws PostgresError `folder_damaged` when the cluster has another password
 */
export async function ensureDatabase(login: Login): Promise<void> {
  try {
    await withClient(login, async () => undefined)
  } catch (error) {
    const code = (error as { code?: string }).code
    if (code === '28P01' || code === '28000') throw wrongPassword(login, error)
    if (code !== '3D000') throw error
    await withClient({ ...login, database: 'postgres' }, (client) =>
      client.query(`CREATE DATABASE ${client.escapeIdentifier(login.database)}`),
    )
  }
}

async function withClient(login: Login, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client(login)
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

function wrongPassword({ user }: Login, cause: unknown): PostgresError {
  return new PostgresError('folder_damaged', `PostgreSQL refuses the password kept for ${user}.`, {
    cause,
    hint: 'cluster.json in the data folder is not the one this cluster was made with: restore it.',
  })
}
