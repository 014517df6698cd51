import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { Collection, type CollectionOptions } from './collection.ts'

/**
 * Where records outlive the process: every record is in memory for reading and written through to one SQLite file.
 * Writes of one request share a transaction that `flush` commits before the answer leaves, so what a client has been
 * told survives `kill -9`. (WAL with synchronous=NORMAL: a power cut may lose the last moments, a killed process nothing.)
 */
export class Store {
  readonly #db: DatabaseSync
  readonly #put: StatementSync
  readonly #remove: StatementSync
  readonly #kinds = new Map<string, Collection<never>>()
  #open = false

  constructor(file: string) {
    this.#db = new DatabaseSync(file)
    this.#db.exec(`
      pragma journal_mode = wal;
      pragma synchronous = normal;
      create table if not exists record (
        seq integer primary key, kind text not null, id text not null, body text not null, unique (kind, id)
      );`)
    this.#put = this.#db.prepare(
      'insert into record (kind, id, body) values (?, ?, ?) on conflict (kind, id) do update set body = excluded.body',
    )
    this.#remove = this.#db.prepare('delete from record where kind = ? and id = ?')
  }

  /** The records of one kind, in the order of their creation. */
  collection<T extends { id: string | number }>(kind: string, options: CollectionOptions<T> = {}): Collection<T> {
    const rows = this.#db.prepare('select body from record where kind = ? order by seq').all(kind)
    const records = rows.map((row) => JSON.parse(String(row.body)) as T)
    const collection = new Collection<T>(records, options, {
      put: (record) => this.#write(() => this.#put.run(kind, String(record.id), JSON.stringify(record))),
      remove: (id) => this.#write(() => this.#remove.run(kind, String(id))),
    })
    this.#kinds.set(kind, collection as unknown as Collection<never>)
    return collection
  }

  /** Commits what was written since the last flush. */
  flush(): void {
    if (!this.#open) return
    this.#db.exec('commit')
    this.#open = false
  }

  /** Everything, by kind: for tests and for looking inside. */
  dump(): Record<string, unknown[]> {
    return Object.fromEntries([...this.#kinds].map(([kind, collection]) => [kind, [...collection.all()]]))
  }

  close(): void {
    this.flush()
    this.#db.close()
  }

  #write(run: () => void): void {
    if (!this.#open) {
      this.#db.exec('begin')
      this.#open = true
      // Work in the background has no answer to flush before: its writes are committed in the same turn.
      setImmediate(() => this.#db.isOpen && this.flush())
    }
    run()
  }
}
