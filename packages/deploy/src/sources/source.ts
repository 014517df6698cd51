import type { Readable } from 'node:stream'
import type { Tree } from '../platforms/platform.ts'

/** Where a project comes from. */
export interface Source {
  /**
   * The exact commit that a branch, tag or commit names now.
   * @throws AtlasError `source_unavailable`
   */
  resolve(url: string, ref: string): Promise<Resolved>
  /** The files of a commit that was resolved, on whatever worker; it is fetched where it is not here. */
  tree(url: string, commit: string): Promise<Tree>
  /** The tag is in the repository, at that commit. Repeating it is harmless. @throws AtlasError `source_unavailable` */
  tag(url: string, tag: string, commit: string): Promise<void>
  /** Whether a tag could be pushed: said before anything is deployed. @throws AtlasError `source_unavailable` */
  checkTag(url: string, tag: string, commit: string): Promise<void>
  /** Keeps a working tree that was sent. @throws AtlasError `usage` */
  receive(commit: string, pack: Readable): Promise<WorkingTree>
  /** One that was received. @throws AtlasError `source_unavailable` */
  workingTree(commit: string): Promise<WorkingTree>
}

/** Files as they are in somebody's folder, as a commit on top of the one that they are based on. */
export interface WorkingTree {
  commit: string
  tree: string
  base: string
  /** Whether they differ from `base`. */
  dirty: boolean
}

export interface Resolved {
  commit: string
  /** Hash of its files, whatever their history. */
  tree: string
  /** All tags of the repository. */
  tags: string[]
  /** Tags that the commit descends from. Needs all of the history, so it is asked only where that matters. */
  before(): Promise<string[]>
}

/** What `url_pattern` makes of a project. */
export const urlOf = (project: string, { base_url, url_pattern }: { base_url: string; url_pattern: string }): string =>
  url_pattern.replaceAll('{base_url}', base_url.replace(/\/+$/, '')).replaceAll('{project}', project)
