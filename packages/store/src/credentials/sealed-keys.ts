import { AtlasError } from '@atlas/core'
import { sql } from 'kysely'
import type { Connection } from '../connection.ts'
import { explained, isForeignKeyViolation } from '../trouble.ts'
import { type SealedColumn, sealedColumns } from './sealed-columns.ts'

/** Seals anew what was sealed under another key. */
export type Reseal = (sealed: string, belonging: [what: string, ...row: string[]]) => string

/** Which keys of the vault the database rests on. It knows their ids, and never a key. */
export interface SealedKeys {
  /** The id of the key that everybody seals with; `undefined` as long as nothing was ever sealed. */
  primary(): Promise<string | undefined>
  /** Every key that something may be sealed with. */
  known(): Promise<string[]>
  /** The first to seal says with which key. @returns the primary, which may be another's */
  begin(keyId: string): Promise<string>
  /** From when this is committed, everybody seals with it. */
  promote(keyId: string): Promise<void>
  /**
   * Seals anew what is not under the primary key, a hundred rows at a time, each batch in a transaction of its own. Broken
   * off, it goes on where it was. @returns how many
   */
  reseal(reseal: Reseal): Promise<number>
  /** Forgets the keys that nothing is sealed with any more, except the primary. @returns their ids */
  retire(): Promise<string[]>
}

const batch = 100

export const sealedKeys = (connection: Connection): SealedKeys => ({
  primary: () => explained(() => primary(connection)),
  known: () =>
    explained(async () => {
      const rows = await connection.db.selectFrom('vault_key').select('id').orderBy('created_at').execute()
      return rows.map(({ id }) => id)
    }),
  begin: (keyId) =>
    explained(async () => {
      await sql`
        insert into vault_key (id, is_primary)
        select ${keyId}, true where not exists (select from vault_key where is_primary)
        on conflict do nothing`.execute(connection.db)
      return (await primary(connection))!
    }),
  promote: (keyId) =>
    explained(() =>
      connection.db.transaction().execute(async (tx) => {
        await tx.updateTable('vault_key').set({ is_primary: false }).where('is_primary', '=', true).execute()
        await tx
          .insertInto('vault_key')
          .values({ id: keyId, is_primary: true })
          .onConflict((conflict) => conflict.column('id').doUpdateSet({ is_primary: true }))
          .execute()
      }),
    ),
  reseal: (reseal) =>
    explained(async () => {
      let count = 0
      for (const column of sealedColumns)
        for (let done = batch; done === batch; count += done) done = await resealBatch(connection, column, reseal)
      return count
    }),
  retire: () => explained(() => retire(connection)),
})

/** For what is written with the key that it was sealed with. @throws AtlasError `vault_sealed` */
export function unlessRetired(error: unknown): never {
  if (!isForeignKeyViolation(error)) throw error
  throw new AtlasError('vault_sealed', 'The key that this was sealed with has been retired meanwhile.', {
    hint: 'send it again',
    cause: error,
  })
}

async function primary({ db }: Connection): Promise<string | undefined> {
  const row = await db.selectFrom('vault_key').select('id').where('is_primary', '=', true).executeTakeFirst()
  return row?.id
}

function resealBatch({ db }: Connection, { table, column, what, row }: SealedColumn, reseal: Reseal): Promise<number> {
  const [from, sealed] = [sql.table(table), sql.ref(column)]
  const names = sql.join(row.map((name) => sql`${sql.ref(name)}::text`))
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ sealed: string; row: string[] }>`
      select ${sealed} as sealed, array[${names}] as row from ${from}
      where key_id <> (select id from vault_key where is_primary)
      limit ${batch} for update`.execute(tx)
    for (const one of rows) {
      await sql`
        update ${from} set ${sealed} = ${reseal(one.sealed, [what, ...one.row])}
        where array[${names}] = ${one.row} and ${sealed} = ${one.sealed}`.execute(tx)
    }
    return rows.length
  })
}

/** One at a time: what is sealed in between keeps its key, by the reference, and not the others'. */
async function retire({ db }: Connection): Promise<string[]> {
  const old = await db.selectFrom('vault_key').select('id').where('is_primary', '=', false).execute()
  const gone: string[] = []
  for (const { id } of old) {
    const unused = sealedColumns.map(
      ({ table }) => sql`not exists (select from ${sql.table(table)} where key_id = ${id})`,
    )
    const { rows } = await sql`
      delete from vault_key where id = ${id} and not is_primary and ${sql.join(unused, sql` and `)} returning id`
      .execute(db)
      .catch((error) => {
        if (isForeignKeyViolation(error)) return { rows: [] }
        throw error
      })
    if (rows.length > 0) gone.push(id)
  }
  return gone
}
