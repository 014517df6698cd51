import type { Readable } from 'node:stream'
import type { Deployment, JsonObject, Release } from '@atlas/core'

/** What a deploy is asked for with. `at` fixes the minute in its tag, so that the same request gives the same plan. */
export interface DeployWish {
  kind: Exclude<Deployment['kind'], 'place'>
  project: string
  environment: string
  /** Of a deploy: branch, tag or commit; `main` when absent. */
  ref?: string
  /** Of a deploy, instead of `ref`: the commit that a working tree was sent as. */
  workingTree?: string
  /** Tags that it descends from, as far as its sender knows them: its version where no file says one. */
  tags?: readonly string[]
  /** Of a promotion: also of what is in no commit of the repository. */
  allowDirty?: boolean
  /** Of a promotion or a rollback: the release. When absent, what serves the environment before, or what served here before. */
  release?: string
  /** Text of deployment_config.json; a rollback needs none. */
  config?: string
  /** How messages call it. */
  configFile?: string
  /** ISO 8601 */
  at: string
}

/** What was deployed where. */
export interface DeploysControl {
  /** @param observed whether machines are asked as well: takes seconds, where one does not answer */
  environments(workspace: string, how: { observed: boolean }): Promise<EnvironmentView[]>
  /** @throws AtlasError `not_found` */
  validate(workspace: string, idOrName: string): Promise<ValidationView>
  /** @throws AtlasError `usage` for what is no project or environment */
  derived(project: string, environment: string, range: { base: number; size: number }): { hash: string; port: number }
  releases(workspace: string, filter: { project?: string; limit: number }): Promise<Release[]>
  /** What it was made of, in each of its deployments. @throws AtlasError `not_found` */
  release(workspace: string, project: string, tag: string): Promise<ReleaseRecordView>
  /** Its files at the commit, as a tar. @throws AtlasError `not_found`, `source_unavailable` */
  source(workspace: string, project: string, tag: string): Promise<Readable>
  /** Images that were built for it, of those machines that have them. @throws AtlasError `not_found` */
  images(workspace: string, project: string, tag: string): Promise<ImageView[]>
  /** One of them as a file, for engines to load. @throws AtlasError `not_found`, `machine_unreachable` */
  imageArchive(workspace: string, project: string, tag: string, service: string): Promise<Readable>
  /** Keeps a working tree, to be deployed. @throws AtlasError `usage` for what is no pack of that commit */
  receive(workspace: string, project: string, commit: string, pack: Readable): Promise<WorkingTreeView>
  /** @throws AtlasError `not_found` where nothing was deployed there */
  services(workspace: string, project: string, environment: string, how: { observed: boolean }): Promise<ServicesView>
}

/** A working tree that was sent, as a commit on top of the one that it is based on. */
export interface WorkingTreeView {
  commit: string
  tree: string
  base: string
  /** Whether its files differ from those of `base`. */
  dirty: boolean
}

/** An image of a release. */
export interface ImageView {
  service: string
  /** `sha256:…` of its manifest. */
  image: string
  /** Of its layers, as its archive has them. */
  bytes: number
}

/** Everything on record of a release. Secrets are named, with their versions; no value is anywhere in it. */
export interface ReleaseRecordView {
  release: Release
  /** The latest first. */
  deployments: {
    operation: string
    kind: string
    environment: string
    infrastructure: string
    planHash: string
    environmentVersion: string
    servedAt: string | null
    /** Services with images by digest, ports, machines. */
    spec: JsonObject
    /** Files of the load balancer, as rendered for it, by their path. */
    proxy: Record<string, string>
    /** What was described of the infrastructure then. */
    infrastructureSpec: JsonObject | null
  }[]
}

/** Records, machines and load balancers, held against each other. */
export interface ValidationView {
  infrastructure: string
  /** Machines that were asked. */
  machines: string[]
  /** Environments of which nothing is said, because an operation is changing them. */
  changing: string[]
  findings: FindingView[]
}

export interface FindingView {
  code: string
  where: string
  found: string
  expected: string
  /** What to type. */
  hint: string
}

export interface EnvironmentView {
  project: string
  environment: string
  infrastructure: string
  /** The release that traffic goes to; null where nothing was ever deployed. */
  release: string | null
  since: string | null
  /** What served before, the latest first: what a rollback can go to. */
  earlier: string[]
  /** What machines said when they were asked; null where nobody asked. */
  observed: Convergence | null
}

/** Of so many instances, those that are healthy and run what is on record, and those that could not be asked. */
export interface Convergence {
  converged: number
  unknown: number
  instances: number
}

export interface InstanceView {
  machine: string
  address: string | null
  observed: {
    state: 'healthy' | 'unhealthy' | 'stopped' | 'unknown'
    /** Which release really runs there. */
    release: string | null
    since: string | null
    reason: string | null
  } | null
}

export interface ServicesView extends EnvironmentView {
  services: ServiceView[]
}

export interface ServiceView {
  name: string
  platform: string
  command: string
  port: number
  /** Through the load balancer; null while its address is not known. */
  url: string | null
  healthPath: string
  /** Where it runs. */
  instances: InstanceView[]
  /** Names only. */
  secrets: string[]
  env: JsonObject
}
