import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import pg from 'pg'

/** The embedded PostgreSQL of a running server, as its superuser. */
export function databaseUrl(dataDir: string): string {
  const { password, pidFile } = clusterOf(dataDir)
  return `postgresql://atlas:${password}@127.0.0.1:${pidFile[3]}/atlas`
}

/** Its pid. */
export const postmasterOf = (dataDir: string): number => Number(clusterOf(dataDir).pidFile[0])

function clusterOf(dataDir: string): { password: string; pidFile: string[] } {
  const home = join(dataDir, 'postgres')
  const record = JSON.parse(readFileSync(join(home, 'cluster.json'), 'utf8')) as { password: string; cluster: string }
  const pidFile = readFileSync(join(resolve(home, record.cluster), 'postmaster.pid'), 'utf8').split('\n')
  return { password: record.password, pidFile }
}

/** Tables that change by themselves: a rate bucket counts requests that only read too, the queue notes when it looked for work. */
export const bookkeeping = ['atlas.rate_bucket', 'atlas_queue.queue', 'atlas_queue.version', 'atlas_queue.bam']

/** Every row of every table, by table, and where every sequence stands; except the tables named. */
export async function dump(url: string, except: readonly string[] = []): Promise<Record<string, unknown>> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by name`,
    )
    const all: Record<string, unknown> = {}
    for (const { name } of tables.filter((table) => !except.includes(table.name))) {
      const { rows } = await client.query(`select t::text as row from ${name} t order by 1`)
      all[name] = rows.map(({ row }) => row)
    }
    all.sequences = (
      await client.query('select schemaname, sequencename, last_value from pg_sequences order by 1, 2')
    ).rows
    return all
  } finally {
    await client.end()
  }
}
