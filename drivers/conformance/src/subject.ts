import type { Driver, JsonObject, ResourceType } from '@atlas/core'

/**
 * What a cloud can be made to do on demand, so that a driver shows how it behaves then.
 * `lost_answer`: carried out, answer lost. `error_after`: carried out, then a 5xx. `rate_limited`: refused with a
 * Retry-After. `forbidden`: refused for want of rights. `hang`: no answer within the driver's time limit.
 */
export type Fault = 'lost_answer' | 'error_after' | 'rate_limited' | 'forbidden' | 'hang'

/** `list_lag`: a cloud opened with it lists late. `requests`: the cloud counts what it receives. */
export type Ability = Fault | 'list_lag' | 'requests'

/** One cloud, empty at first, with drivers talking to it. */
export interface Subject {
  /** A driver as another worker would have it: nothing shared but the account. */
  driver(): Driver
  /** The next request of this kind fails in this way. Only asked for faults among the abilities. */
  fail(
    fault: Fault,
    which: { verb: 'list' | 'get' | 'create' | 'update' | 'remove'; type: ResourceType },
  ): Promise<void>
  /** Makes a resource around the driver, as another person or program would. Returns the cloud's id. */
  plant(resource: { type: ResourceType; name: string; region: string; specifications: JsonObject }): Promise<string>
  /** How many requests the cloud has received. Needs the ability `requests`. */
  requests?(): Promise<number>
  close(): Promise<void>
}

export interface Conformance {
  /** Names what is tested, such as `digitalocean on the sandbox`. */
  title: string
  open(wish: { listLagMs: number }): Promise<Subject>
  abilities: ReadonlySet<Ability>
  /** How long anything may take until it is ready, in milliseconds. Default 10 000. */
  patienceMs?: number
  /** How often to look in the meantime, in milliseconds. Default 10. */
  pollMs?: number
  /** Of the types below only these; default all that the driver has. */
  only?: readonly ResourceType[]
}
