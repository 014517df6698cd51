import type { JsonObject } from '../json.ts'
import type { Step } from './types.ts'

/** In the order of a deploy; the last two only where it comes to nothing. */
export const workActions = [
  'fetch',
  'build',
  'deliver',
  'start',
  'probe',
  'once',
  'switch',
  'drain',
  'stop',
  'prune',
  'tag',
  'restore',
  'withdraw',
] as const

export const workTypes = ['source', 'release', 'service', 'route'] as const

/**
 * One step of a deploy: what must be so on a machine, at a load balancer or in a repository. The journal runs it as it
 * runs cloud changes, but it says an end and not a call, so repeating it is harmless and nothing needs settling
 * (docs/adr/0020-deploys.md).
 */
export interface Work {
  /** Counts on behind `plan.steps`. */
  n: number
  action: (typeof workActions)[number]
  /** `hostomatic/uat/backend@web1` */
  resource: string
  type: (typeof workTypes)[number]
  phase: Phase
  /** Why, in a sentence for a person. */
  reason: string
  dependsOn: number[]
  specifications: JsonObject
}

/**
 * `prepare` may be undone; `switch` moves traffic and is the point of no return; `finish` is carried through even when
 * the operation is cancelled; `withdraw` runs only where traffic was not moved.
 */
export type Phase = 'prepare' | 'switch' | 'finish' | 'withdraw'

/** Where the files are from. */
export interface DeploymentSource {
  url: string
  ref: string
  commit: string
  tree: string
  /** Of a working tree that was sent: the commit that it is based on, and whether it differs from it. */
  local?: { base: string; dirty: boolean }
}

/** Which release goes where. */
export interface Deployment {
  /**
   * `redeploy`: the release stays what it is, with its secrets as they are now. `place`: it comes to other machines.
   */
  kind: 'deploy' | 'promote' | 'rollback' | 'redeploy' | 'place'
  project: string
  environment: string
  /** Its tag. */
  release: string
  /** What serves until then. */
  from: string | null
  version: string
  source: DeploymentSource
  /** SHA-256 over names and versions of everything that the services find in their environment; never a value. */
  environmentVersion: string
  /** Everything that a rollback to it needs to know again. */
  spec: JsonObject
}

/** A commit that was deployed, under its tag. */
export interface Release {
  project: string
  tag: string
  version: string
  url: string
  ref: string
  commit: string
  /** Hash of its files. */
  tree: string
  /** Of a working tree: the commit of the repository that it is based on. */
  base: string | null
  /** Its files are in no commit of the repository. */
  dirty: boolean
  createdAt: string
  /** Environments that it has served in. */
  servedIn: string[]
  /** Digests of its images, by service; none where nothing was built. */
  images: Record<string, string>
}

/** What serves an environment stays, and the machines under it change. */
export interface Placed extends Deployment {
  kind: 'place'
  /** Of the environment: another operation on it makes the plan stale. */
  revision: number
}

/** Everything that the journal runs, by its number. */
export const allSteps = (plan: { steps: readonly Step[]; work?: readonly Work[] }): readonly (Step | Work)[] =>
  plan.work ? [...plan.steps, ...plan.work] : plan.steps

export const isWork = (step: Step | Work): step is Work => 'phase' in step
