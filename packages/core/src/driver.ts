import type { PriceLine } from './cost/price.ts'
import type { Identity, Stamp } from './identity.ts'
import type { Json, JsonObject } from './json.ts'
import type { ResourceType } from './spec/types.ts'

/**
 * One cloud as Atlas sees it. A driver says what the cloud can do and does single calls; settling, retries across
 * attempts, waiting, confirmation and concurrency are the engine's, once for all drivers.
 *
 * The life of a resource, in order:
 *   list/get → diff (pure) → create (ONE mutating call, stamped) → engine claims the id → get until `ready`
 *   → diff again → update until unchanged (each call safe to repeat) → … → remove → get says `cloud_missing`.
 */
export interface Driver {
  /** `digitalocean`, `memory`, … */
  readonly provider: string
  /** Which account this driver talks to, for example `digitalocean:<team uuid>`. State is bound to it. One cheap call. */
  account(signal?: AbortSignal): Promise<string>
  /** How long after a request may its effect still appear, and how long may a listing lag? In milliseconds. */
  readonly bounds: Bounds
  readonly types: { readonly [T in ResourceType]?: ResourceDriver }
}

export interface Bounds {
  /** Hard limit on one HTTP request, connection included. */
  requestTimeoutMs: number
  /** How long after we gave up on a request the cloud may still carry it out. */
  lateEffectMs: number
  /** How long a new resource may be missing from listings. */
  listLagMs: number
}

/** A resource as it is in the cloud now. JSON throughout: it is stored and hashed. */
export interface Observed {
  /** What `get` takes: the cloud's own id, or what the driver finds it by. References read `attributes`, not this. */
  id: string
  /** Unique for ever, unless the type `reusesIds`. */
  physicalId: string
  /** The name people gave it in the cloud, for messages. */
  name: string
  stamp: Stamp | undefined
  /** Slug of the region it is in; absent where it is in none, or in several. */
  region?: string
  phase: 'ready' | 'pending' | 'failed'
  /** Why it is pending or failed, in words. */
  reason?: string
  /** What `{ref: "name.attribute"}` can read. An attribute that has no value yet is absent. */
  attributes: JsonObject
  /** The cloud's record as far as `diff` needs it. */
  live: JsonObject
}

export interface FieldChange {
  /** JSON pointer into `specifications`, such as `/size`. */
  field: string
  from: Json
  /** `undefined`: known only after a step before it. */
  to: Json | undefined
}

export type Change =
  | { kind: 'unchanged' }
  | { kind: 'update'; fields: FieldChange[]; risk?: Risk }
  | { kind: 'replace'; fields: FieldChange[]; reason: string; createFirst: boolean; risk?: Risk }

export interface Risk {
  /** Say what is lost, such as "the disk of web1". Its presence demands consent. */
  dataLoss?: string
  /** Say what stops and for how long about, such as "web1 is powered off for about 1 minute". */
  downtime?: string
}

/** `specifications` whose references are values: what a driver gets. */
export type Resolved = JsonObject

export interface CreateRequest {
  identity: Identity
  stamp: Stamp
  /** The resource's name in the infrastructure: what a machine is called. */
  name: string
  region: string
  /** The infrastructure's tags are among its `tags`. */
  specifications: Resolved
  /** Called synchronously immediately before the request is written; throws if this worker may no longer act. */
  gate(): void
  /** When it fires the call rejects with its reason; if the gate was passed, nobody knows whether it was carried out. */
  signal?: AbortSignal
}

export interface ResourceDriver {
  readonly type: ResourceType
  /** Attribute name → what it is. References are checked against these. */
  readonly attributes: Readonly<Record<string, string>>
  /**
   * How Atlas finds what it made when an answer is lost. `tags`: the stamp is in tags or a description; `name`: the
   * name is `physicalName(identity)` and the cloud lets it exist once; `none`: neither, so the engine notes which ids
   * existed before and adopts only a new one that `matches`.
   */
  readonly stamping: 'tags' | 'name' | 'none'
  /**
   * The cloud gives ids of this type out again once they are free (a domain's name, an address): that an earlier life
   * of one is gone does not stand in the way of the next.
   */
  readonly reusesIds?: true
  /** Does deleting it lose data that nothing else holds? Then consent is demanded. */
  holdsData(specifications: JsonObject): string | undefined
  /**
   * Pure. `want` may hold `Unknown` (see plan) where a reference is not known yet.
   * @throws AtlasError `spec_invalid` with a hint where neither a change nor a replacement can mean it: a volume that
   * would shrink.
   */
  diff(want: Resolved, observed: Observed): Change
  /**
   * Pure. Monthly price lines at list price; a line without an amount says that its price is not known. `attributes`
   * are there for what exists: the price of some things shows only when they are made.
   */
  price(specifications: JsonObject, region: string, attributes?: JsonObject): PriceLine[]
  /**
   * Every resource of the type in the account, page by page, in as few calls as the cloud allows (`owner` narrows it
   * where the cloud can filter). Foreign ones come too, without a stamp: 10,000 resources must not cost 10,000 calls.
   */
  list(query: { owner?: string; signal?: AbortSignal }): AsyncIterable<Observed>
  /** @throws AtlasError `cloud_missing` and only that when it is certainly gone. */
  get(id: string, signal?: AbortSignal): Promise<Observed>
  /**
   * ONE mutating call. Its answer may come before the resource is ready. Where the cloud says that the name is taken
   * by `physicalName(identity)`, an earlier attempt made it: that one is returned.
   * @throws AtlasError with `uncertain` where the request may have been carried out, and never otherwise.
   */
  create(request: CreateRequest): Promise<Observed>
  /** Brings it nearer to `want`; safe to repeat; may return before it is done (then `phase` is `pending`). */
  update(observed: Observed, want: Resolved, context: MutationContext): Promise<void>
  /**
   * Starts deletion; a missing resource is success.
   * `again`: the first of several calls was made (a volume is detached before it is deleted): ask again soon.
   * `kept`: it stays in the account and is no longer ours, with nothing on it that says so (an SSH key that was there
   * before Atlas used it): there is nothing to confirm, forget it.
   */
  remove(observed: Observed, context: MutationContext): Promise<Removal | undefined>
  /**
   * Pure, the reverse of `diff`: specifications under which `diff` finds what is observed unchanged, ids written out.
   * `undefined` where no description can mean it, such as a record of a type that a description does not have.
   */
  describe(observed: Observed): Described | undefined
  /**
   * Puts the stamp on what Atlas did not make, or takes off what there is (`undefined`). Safe to repeat. Absent where
   * there is no room for one.
   */
  mark?(observed: Observed, stamp: Stamp | undefined, context: MutationContext): Promise<void>
  /** For `stamping: 'none'`: is this unclaimed resource what the request would have made? Pure. */
  matches?(request: Pick<CreateRequest, 'specifications' | 'region' | 'name'>, observed: Observed): boolean
}

/** What a resource can be described by. */
export interface Described {
  specifications: JsonObject
  /** Fields of its description that the cloud does not tell, with why: what runs on without being described. */
  unread?: { field: string; why: string }[]
}

export type Removal = 'again' | 'kept'

export interface MutationContext {
  gate(): void
  signal?: AbortSignal
}

/**
 * How fast one account may be asked. All workers that use the account share it, so drivers are given one and never
 * count by themselves. The order for a mutating call: `await take()`, then `gate()`, then write the request.
 */
export interface RateLimiter {
  /** Resolves when one request may go out now. Rejects only when the signal fires. */
  take(signal?: AbortSignal): Promise<void>
  /** What the cloud's answer said of its limit (`ratelimit-*`, `retry-after`), so that the bucket follows the cloud. */
  observed(seen: RateSeen): void
}

export interface RateSeen {
  /** Requests allowed in the cloud's window, an hour at DigitalOcean. */
  limit?: number
  /** Requests left of it. */
  remaining?: number
  /** When the window gives requests back: milliseconds since 1970. */
  resetAt?: number
  /** A 429: nobody may ask for so many milliseconds. */
  pauseMs?: number
}
