import type { JsonObject, Plan, Work } from '@atlas/core'

/** Carries out the steps of a deploy: what drivers are to clouds, this is to machines. `@atlas/deploy` implements it. */
export interface Performer {
  /**
   * Brings about what a step says, and returns once it is so. A worker that takes over performs a step again that its
   * predecessor had begun, so everything in it must bear being repeated, and must refuse (`fenced`) whoever is not the
   * latest.
   */
  perform(task: Task): Promise<Performed>
}

/**
 * What is worth telling of a step that was brought about, in its event; of most, nothing. It is kept with the step, so
 * that later ones can go by it, whoever performs them.
 */
export type Performed = JsonObject | undefined

/** Pure. What a step makes of a resource, from what it is, in the words of a description. */
export type Shape = (specifications: JsonObject) => JsonObject

export interface Task {
  workspace: string
  infrastructure: string
  operation: string
  /** Grows with every takeover. */
  epoch: number
  plan: Plan
  work: Work
  /** What an earlier step that is done has told. */
  told(n: number): Performed
  /** Changes a resource of the infrastructure by its name, and returns once it is so. */
  reshape(resource: string, shape: Shape): Promise<void>
  /** Fires when the step is to be given up. */
  signal: AbortSignal
}
