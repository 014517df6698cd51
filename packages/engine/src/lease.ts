/**
 * A worker's proof that it is alive, in the eyes of the others. Atlas can fence its own database but not the cloud, so
 * a cloud call may only begin while no other worker can have taken this one for dead.
 */
export interface Lease {
  /** Its number, never used twice. */
  readonly worker: number
  /** Milliseconds since the database last confirmed it; `Infinity` while it is lost. */
  age(): number
  /** How often it has lapsed. After each, others may have taken this worker for dead, and its operations over. */
  lapses(): number
  /** Resolves when the database confirms it (again). Rejects when the signal fires. */
  confirmed(signal: AbortSignal): Promise<void>
}

/**
 * A lease older than this lets no cloud call begin. Half of what the others wait before they take a silent worker for
 * dead (3 s): a request is on its way before anybody else acts. Lower makes short stalls of the database visible.
 */
export const gateMs = 1500

/** Thrown by the gate, so the request was not written. */
export class GateClosed extends Error {
  override name = 'GateClosed'
  constructor(ageMs: number) {
    super(`the lease was last confirmed ${Math.round(ageMs)} ms ago, ${gateMs} ms without a lapse are allowed`)
  }
}

/**
 * Asked synchronously, immediately before a request is written.
 * @param lapses as they were when the journal last said that the operation is this worker's: one that stood still for
 * long has its lease again soon, but no longer its operations
 */
export function gate(lease: Lease, lapses = lease.lapses()): void {
  const age = lease.age()
  if (age >= gateMs || lease.lapses() !== lapses) throw new GateClosed(age)
}
