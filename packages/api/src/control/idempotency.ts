/** Remembers requests by their `Idempotency-Key`, for all nodes and over restarts. */
export interface Idempotency {
  begin(request: KeyedRequest): Promise<Begun>
  /** Says that it is still being carried out; one that says nothing for 30 s counts as abandoned. */
  hold(id: string): Promise<void>
  /** Keeps the answer for repetitions. */
  keep(id: string, answer: Buffer): Promise<void>
  /** Forgets a request that had no effect. */
  release(id: string): Promise<void>
}

export interface KeyedRequest {
  /** Whose key it is. */
  scope: string
  key: string
  /** Tells two requests with one key apart. */
  fingerprint: string
}

export type Begun =
  /** Ours to carry out. `again`: whoever began it before has ended in the middle. */
  | { state: 'begun'; id: string; again: boolean }
  | { state: 'answered'; answer: Buffer }
  | { state: 'running' }
  /** The key stands for another request. */
  | { state: 'another' }
