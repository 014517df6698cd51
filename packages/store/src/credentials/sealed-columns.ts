/**
 * Every column that holds sealed texts, so that a rotation of the key finds them all. What a text belongs to is `what`
 * and the values of the columns that name its row. Each has a column `key_id` beside it, as `credential` has.
 */
export interface SealedColumn {
  table: string
  column: string
  what: string
  row: readonly string[]
}

export const sealedColumns: readonly SealedColumn[] = [
  { table: 'certificate', column: 'sealed', what: 'certificate', row: ['environment_id'] },
  { table: 'credential', column: 'sealed', what: 'credential', row: ['workspace', 'provider'] },
  { table: 'deploy_key', column: 'sealed', what: 'deploy_key', row: ['workspace', 'project', 'kind'] },
  { table: 'secret', column: 'sealed', what: 'secret', row: ['workspace', 'name'] },
  { table: 'secret_before', column: 'sealed', what: 'secret', row: ['workspace', 'name'] },
  { table: 'webhook', column: 'sealed', what: 'webhook', row: ['workspace', 'id'] },
  { table: 'webhook_secret_before', column: 'sealed', what: 'webhook', row: ['workspace', 'webhook'] },
]
