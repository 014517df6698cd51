import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where clients are kept that are too heavy for the repository's dependencies: once built, they serve every later run. */
export function cache(...names: string[]): string {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'atlas-peers', ...names)
  mkdirSync(folder, { recursive: true })
  return folder
}
