import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { Collection, type CollectionOptions } from './collection.ts'

/**
 * Where records outlive the process: every record is in memory for reading and written through to one SQLite file.
 * All writes of one turn of the event loop share a transaction, and an answer waits until it is `committed`: what a
 * client has been told survives `kill -9`. (WAL with synchronous=NORMAL: a power cut may lose the last moments, a killed
 * process nothing.) A commit costs 0.1 to 0.4 ms: shared by 50 requests at once, creates stay cheap.
 */
export class Store {
  readonly #db: DatabaseSync
  readonly #put: StatementSync
  readonly #remove: StatementSync
  readonly #kinds = new Map<string, Collection<never>>()
  /** Set while a transaction is open: resolves when it is committed. */
  #commit: Promise<void> | undefined

  /** Holds the file alone, until it is closed or the process ends. @throws Error where another process holds it */
  constructor(file: string) {
    this.#db = new DatabaseSync(file)
    prepareFile(this.#db, file)
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

  /** Resolves when everything written so far is on the disk. */
  async committed(): Promise<void> {
    await this.#commit
  }

  /** Everything, by kind: for tests and for looking inside. */
  dump(): Record<string, unknown[]> {
    return Object.fromEntries([...this.#kinds].map(([kind, collection]) => [kind, [...collection.all()]]))
  }

  close(): void {
    this.#end()
    this.#db.close()
  }

  #write(run: () => void): void {
    if (!this.#commit) {
      this.#db.exec('begin')
      this.#commit = new Promise((resolve, reject) =>
        setImmediate(() => {
          try {
            this.#end()
            resolve()
          } catch (error) {
            reject(error)
          }
        }),
      )
      // Work in the background waits for no commit; an answer that does is told.
      this.#commit.catch(() => {})
    }
    run()
  }

  #end(): void {
    if (!this.#commit) return
    this.#commit = undefined
    this.#db.exec('commit')
  }
}

function prepareFile(db: DatabaseSync, file: string): void {
  try {
    db.exec(`
      pragma locking_mode = exclusive;
      pragma journal_mode = wal;
      pragma synchronous = normal;
      create table if not exists record (
        seq integer primary key, kind text not null, id text not null, body text not null, unique (kind, id)
      );
      begin exclusive;
      commit;`)
  } catch (error) {
    db.close()
    if (!/locked/.test(String(error))) throw error
    throw new Error(`Another sandbox holds ${file}: end it first, or choose another data folder.`)
  }
}
