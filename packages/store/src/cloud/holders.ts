import { sql } from 'kysely'
import type { Connection } from '../connection.ts'
import type { Database } from '../schema.ts'
import { explained } from '../trouble.ts'

/** Whose a resource of an account is or was. */
export interface Holder {
  verdict: Database['claim']['verdict']
  /** `undefined` where the infrastructure is not remembered any more. */
  infrastructure: { workspace: string; name: string } | undefined
}

/** By physical id. What nobody ever claimed is absent. */
export function holders(
  { db }: Connection,
  account: string,
  physicalIds: readonly string[],
): Promise<Map<string, Holder>> {
  return explained(async () => {
    const { rows } = await sql<{
      physical_id: string
      verdict: Holder['verdict']
      workspace: string | null
      name: string | null
    }>`
      select c.physical_id, c.verdict, i.workspace, i.name
      from claim c left join infrastructure i on i.owner = c.owner
      where c.account = ${account} and c.physical_id = any (${[...physicalIds]}::text[])`.execute(db)
    return new Map(
      rows.map(({ physical_id, verdict, workspace, name }) => [
        physical_id,
        { verdict, infrastructure: workspace !== null && name !== null ? { workspace, name } : undefined },
      ]),
    )
  })
}
