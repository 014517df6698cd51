import { sql, type Transaction } from 'kysely'
import type { Connection } from '../connection.ts'
import type { Database } from '../schema.ts'

/** Each is one more signature in a header, and every secret beyond the last is one that may have leaked. */
const mostBefore = 3

/**
 * Puts another secret in the place of a webhook's own, which goes on being signed with for a while.
 * @returns until when (ISO 8601); `undefined`: there is no such webhook
 */
export function rotate(
  { db }: Pick<Connection, 'db'>,
  workspace: string,
  id: string,
  { sealedSecret, overlapHours }: { sealedSecret: string; overlapHours: number },
): Promise<string | undefined> {
  return db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('webhook')
      .select(['sealed', sql<Date>`now() + ${overlapHours} * interval '1 hour'`.as('until')])
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    if (!row) return undefined
    const { sealed, until } = row
    // No overlap: the secret has leaked, and so those before it end too.
    if (overlapHours === 0) await tx.deleteFrom('webhook_secret_before').where('webhook', '=', id).execute()
    else
      await tx
        .insertInto('webhook_secret_before')
        .values({ workspace, webhook: id, sealed, valid_until: until })
        .execute()
    await forgetOldest(tx, id)
    await tx
      .updateTable('webhook')
      .set({ sealed: sealedSecret, updated_at: sql<Date>`now()` })
      .where('id', '=', id)
      .execute()
    return until.toISOString()
  })
}

const forgetOldest = (tx: Transaction<Database>, webhook: string) =>
  sql`
    delete from webhook_secret_before where ctid in (
      select ctid from webhook_secret_before where webhook = ${webhook}
      order by valid_until desc offset ${mostBefore})`.execute(tx)

/** SQL: the sealed secrets before its own that a webhook's requests are signed with too, the youngest first. */
export const secretsBefore = sql<string[]>`array(
  select b.sealed from webhook_secret_before b
  where b.webhook = webhook.id and b.valid_until > now() order by b.valid_until desc)`

/** What is not signed with any more is kept no more. */
export const forgetExpiredSecrets = ({ db }: Pick<Connection, 'db'>) =>
  db.deleteFrom('webhook_secret_before').where('valid_until', '<=', sql<Date>`now()`).execute()
