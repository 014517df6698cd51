import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Command, Group } from './command.ts'

/** A word of the command line: the file that defines it, the words that may follow. */
export interface Word {
  name: string
  /** The words from `atlas` on. */
  path: readonly string[]
  file?: string
  children: readonly Word[]
}

/** The path is the command: commands/operations/watch.ts is `atlas operations watch`. No file is loaded yet. */
export function readTree(folder: string, path: readonly string[] = []): Word[] {
  const entries = readdirSync(folder, { withFileTypes: true })
  const folders = new Set(entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name))
  const files = entries.filter((entry) => /^[\w-]+\.ts$/.test(entry.name)).map((entry) => entry.name.slice(0, -3))
  return [...new Set([...files, ...folders])].sort().map((name) => ({
    name,
    path: [...path, name],
    ...(files.includes(name) ? { file: join(folder, `${name}.ts`) } : {}),
    children: folders.has(name) ? readTree(join(folder, name), [...path, name]) : [],
  }))
}

/** What the word's file defines: a command, or a group of commands where it has no `run`. */
export async function load(word: Word): Promise<Command | Group> {
  if (word.file === undefined) throw new Error(`commands/${word.path.join('/')}.ts is missing: a group needs a summary`)
  return ((await import(word.file)) as { default: Command | Group }).default
}

export const isCommand = (definition: Command | Group): definition is Command => 'run' in definition
