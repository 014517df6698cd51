/** Where a worker gets operations from. */
export interface Deliveries {
  /** Waits for the next one; `undefined` when the signal fires. */
  next(signal: AbortSignal): Promise<Delivery | undefined>
}

/** An operation handed to this worker, once or again. Exactly one of the three ends it. */
export interface Delivery {
  operation: string
  /** 1 for the first time. */
  delivered: number
  done(): Promise<void>
  /** Somebody shall take it, this worker too. */
  again(reason: string): Promise<void>
  /** It was given to somebody else meanwhile: their delivery is not touched. */
  leave(): void
}
