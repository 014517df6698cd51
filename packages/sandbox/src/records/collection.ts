type Id = string | number

/** Removed records that a lagging listing can still show. */
const rememberGone = 1000

export interface CollectionOptions<T> {
  /** Name of an index → the keys a record is found under. */
  indexes?: Readonly<Record<string, (record: T) => readonly Id[]>>
}

interface Sink<T> {
  put(record: T): void
  remove(id: Id): void
}

/** Records of one kind in memory, in the order of their creation, with indexes. A record is never changed in place. */
export class Collection<T extends { id: Id }> {
  readonly #records = new Map<Id, T>()
  readonly #indexes = new Map<string, Map<Id, Set<Id>>>()
  readonly #keys: Readonly<Record<string, (record: T) => readonly Id[]>>
  readonly #sink: Sink<T>
  /** Real time of what came and went in this process, for listings that lag. */
  readonly #born = new Map<Id, number>()
  readonly #watchers: ((id: T['id'], record: T | undefined) => void)[] = []
  readonly #gone: { record: T; at: number }[] = []

  constructor(records: readonly T[], options: CollectionOptions<T>, sink: Sink<T>) {
    this.#keys = options.indexes ?? {}
    this.#sink = sink
    for (const name of Object.keys(this.#keys)) this.#indexes.set(name, new Map())
    for (const record of records) this.#remember(record)
  }

  get size(): number {
    return this.#records.size
  }

  get(id: Id): T | undefined {
    return this.#records.get(id)
  }

  all(): MapIterator<T> {
    return this.#records.values()
  }

  /** What the index `name` holds under `key`, in the order it came there. */
  by(name: string, key: Id): T[] {
    const ids = this.#index(name).get(key)
    return ids ? [...ids].map((id) => this.#records.get(id)!) : []
  }

  /** The first record under `key`, without building the list. */
  first(name: string, key: Id): T | undefined {
    const id = this.#index(name).get(key)?.values().next().value
    return id === undefined ? undefined : this.#records.get(id)
  }

  /** The newest record under `key`. */
  last(name: string, key: Id): T | undefined {
    let last: Id | undefined
    for (const id of this.#index(name).get(key) ?? []) last = id
    return last === undefined ? undefined : this.#records.get(last)
  }

  count(name: string, key: Id): number {
    return this.#index(name).get(key)?.size ?? 0
  }

  /** As a listing shows it that is `lagMs` behind: new records are not there yet, removed ones still are. */
  visible(lagMs: number): T[] {
    if (lagMs <= 0) return [...this.#records.values()]
    const since = performance.now() - lagMs
    const known = [...this.#records.values()].filter((record) => (this.#born.get(record.id) ?? 0) < since)
    return [...known, ...this.#gone.filter(({ at }) => at >= since).map(({ record }) => record)]
  }

  /** Calls `changed` after each change, with the record as it is now, or with nothing where it is gone. */
  watch(changed: (id: T['id'], record: T | undefined) => void): void {
    this.#watchers.push(changed)
  }

  put(record: T): T {
    const before = this.#records.get(record.id)
    if (before) this.#unindex(before)
    else this.#born.set(record.id, performance.now())
    this.#remember(record)
    this.#sink.put(record)
    for (const changed of this.#watchers) changed(record.id, record)
    return record
  }

  /** @returns the changed record; `undefined` where it is gone meanwhile, so that late work changes nothing. */
  update(id: Id, patch: Partial<T>): T | undefined {
    const before = this.#records.get(id)
    return before && this.put({ ...before, ...patch })
  }

  remove(id: Id): void {
    const before = this.#records.get(id)
    if (!before) return
    this.#unindex(before)
    this.#records.delete(id)
    this.#born.delete(id)
    this.#gone.push({ record: before, at: performance.now() })
    if (this.#gone.length > rememberGone) this.#gone.shift()
    this.#sink.remove(id)
    for (const changed of this.#watchers) changed(before.id, undefined)
  }

  #index(name: string): Map<Id, Set<Id>> {
    const index = this.#indexes.get(name)
    if (!index) throw new Error(`this collection has no index ${name}`)
    return index
  }

  #remember(record: T): void {
    this.#records.set(record.id, record)
    for (const [name, index] of this.#indexes)
      for (const key of this.#keys[name]!(record)) {
        const ids = index.get(key)
        if (ids) ids.add(record.id)
        else index.set(key, new Set([record.id]))
      }
  }

  #unindex(record: T): void {
    for (const [name, index] of this.#indexes)
      for (const key of this.#keys[name]!(record)) {
        const ids = index.get(key)
        ids?.delete(record.id)
        if (ids?.size === 0) index.delete(key)
      }
  }
}
