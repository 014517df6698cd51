import { copyFileSync, existsSync, globSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What `atlas init` writes: the files of this folder, as they are. */
const scaffoldFolder = fileURLToPath(new URL('../scaffold', import.meta.url))

export interface Scaffolded {
  written: string[]
  /** Were there already, and were left alone. */
  kept: string[]
}

/** Paths are relative to `target`, with `/`. */
export function writeScaffold(target: string, force: boolean): Scaffolded {
  const files = globSync('**/*', { cwd: scaffoldFolder })
    .filter((path) => statSync(join(scaffoldFolder, path)).isFile())
    .sort()
  const kept = force ? [] : files.filter((path) => existsSync(join(target, path)))
  const written = files.filter((path) => !kept.includes(path))
  for (const path of written) {
    mkdirSync(dirname(join(target, path)), { recursive: true })
    copyFileSync(join(scaffoldFolder, path), join(target, path))
  }
  return { written, kept }
}
