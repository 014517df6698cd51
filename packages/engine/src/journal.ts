import type { ErrorCode, JsonObject, Observed, Origin, Owned, Plan, ResourceType, StepStatus } from '@atlas/core'
import type { Billing } from './billing.ts'
import type { Performed } from './performer.ts'

/**
 * What the engine needs of durable storage. The protocol these calls make up, and why it neither orphans nor doubles
 * anything, is told in docs/reliability.md; `@atlas/store` implements it over PostgreSQL.
 */
export interface JournalStore {
  /**
   * Takes an operation over: `epoch + 1`, so that whoever ran it before is fenced from this moment.
   * `undefined` when it is finished.
   */
  takeOver(operation: string, worker: number): Promise<Taken | undefined>
}

export interface Taken {
  operation: string
  workspace: string
  infrastructure: string
  /** `ownerOf(workspace, infrastructure)`: what everything made for it is stamped with. */
  owner: string
  epoch: number
  cancelRequested: boolean
  /** The request that asked for it. */
  origin: Origin | undefined
  plan: Plan
  steps: StepRow[]
  resources: OwnedResource[]
  journal: Journal
}

/** A step as far as the journal knows it. */
export interface StepRow {
  n: number
  status: StepStatus
  /** What it made, once that is claimed. */
  made: { id: string; physicalId: string } | undefined
  /** Which ids existed before its latest create, where the cloud takes no stamp. */
  before: string[] | undefined
  /** Why it failed. */
  error: StepError | undefined
  /** Of a step of a deploy: what it told when it was done. */
  told: Performed
}

export interface StepError {
  code: ErrorCode
  message: string
  hint?: string
}

/** A resource of ours with what was seen of it last. */
export interface OwnedResource extends Owned {
  attributes: JsonObject
}

/** Whose a resource of the cloud is. */
export type Verdict = 'owned' | 'doomed' | 'deleted' | 'released'

/**
 * The journal of one operation in the hands of one worker. Every write is gated by the epoch.
 * @throws AtlasError `fenced` from any of them, once another worker has taken the operation over
 */
export interface Journal {
  /** Committed before each cloud call of a step. `attempt` counts over all workers. */
  intent(n: number, before?: readonly string[]): Promise<{ attempt: number }>
  /**
   * Makes what a create answered (or what was found of it) ours: claim, outcome and state row in one transaction.
   * `false`: somebody else's claim came first.
   */
  claim(n: number, made: Holding, how: { adopted: boolean; ready: boolean }): Promise<boolean>
  /** It is as the step wants it. */
  done(n: number, holding: Holding): Promise<void>
  /** A step of a deploy is as wanted; `told` goes into its event and its row. */
  performed(n: number, told?: Performed): Promise<void>
  /** A read said that it is gone: the claim ends, the state row goes. */
  gone(n: number): Promise<void>
  /** It stays in the cloud and is ours no more: the state row goes, and the claim as if it had never been. */
  left(n: number): Promise<void>
  /** It stays in the cloud as nobody's: the state row goes, the claim stays so that no sweep ever takes it for a stray. */
  released(n: number): Promise<void>
  failed(n: number, error: StepError): Promise<void>
  skipped(n: number, reason: string): Promise<void>
  /** An event, and nothing else. */
  note(n: number, type: 'step.settling' | 'step.retrying', data: JsonObject): Promise<void>
  /** Whose are these? Those that nobody claimed are absent. */
  verdicts(type: ResourceType, physicalIds: readonly string[]): Promise<Map<string, Verdict>>
  cancelRequested(): Promise<boolean>
  /** Resolves where the operation is still this worker's; waits while the database is away. */
  held(): Promise<void>
  /** Ends the operation; what is still pending is skipped. Repeating it is harmless. */
  finish(end: Finish): Promise<void>
}

/** What goes into the state row. */
export interface Holding extends Billing {
  observed: Observed
  /** USD a month at list price. */
  monthly: number | null
  /** The cloud gives such ids out again: a claim on an earlier life of this one is no hindrance. */
  reusesId: boolean
}

export interface Finish {
  status: 'succeeded' | 'failed' | 'cancelled'
  error?: StepError & { step?: number }
}
