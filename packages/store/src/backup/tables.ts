import type pg from 'pg'
import { schema } from '../connection.ts'

/** A table of Atlas, and the columns that are its own: what PostgreSQL computes is computed again. */
export interface Table {
  name: string
  columns: string[]
}

/** Where a sequence stands; `null`: it was never asked. */
export interface Sequence {
  name: string
  last: string | null
}

/** The migrator's own notes: they are made anew, and say which tables there are. */
const notes = ['kysely_migration', 'kysely_migration_lock']

/** Every table, those that are referred to before those that refer to them. */
export async function tablesOf(client: pg.ClientBase): Promise<Table[]> {
  const { rows } = await client.query<Table & { needs: string[] }>(
    `select c.relname as name,
       (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
       array(select distinct r.relname::text from pg_constraint k join pg_class r on r.oid = k.confrelid
         where k.conrelid = c.oid and k.contype = 'f' and r.oid <> c.oid) as needs
     from pg_class c where c.relnamespace = $1::regnamespace and c.relkind = 'r' and c.relname <> all ($2) order by 1`,
    [schema, notes],
  )
  return inOrder(rows)
}

/** Pure. @throws Error where tables refer to each other in a circle: then no order would do */
export function inOrder<T extends { name: string; needs: readonly string[] }>(tables: readonly T[]): T[] {
  const left = [...tables]
  const placed = new Set<string>()
  const ordered: T[] = []
  while (left.length > 0) {
    const next = left.findIndex(({ needs }) => needs.every((need) => placed.has(need)))
    if (next < 0) throw new Error(`Tables refer to each other: ${left.map(({ name }) => name).join(', ')}`)
    const [table] = left.splice(next, 1)
    placed.add(table!.name)
    ordered.push(table!)
  }
  return ordered
}

export async function sequencesOf(client: pg.ClientBase): Promise<Sequence[]> {
  const { rows } = await client.query<Sequence>(
    'select sequencename as name, last_value::text as last from pg_sequences where schemaname = $1 order by 1',
    [schema],
  )
  return rows
}

/** A name as it stands in SQL. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

export const columnsIn = ({ name, columns }: Table): string =>
  `${schema}.${quoted(name)} (${columns.map(quoted).join(', ')})`
