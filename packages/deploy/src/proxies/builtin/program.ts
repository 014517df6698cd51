import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Files, packed } from '../files.ts'

export interface Program {
  /** Of all its files: another program has another. */
  digest: string
  /** For `receive`. */
  packed: string
}

/** What runs on a machine: the files of `program/` as they are, with the library they need and its own. */
export function program(): Program {
  const own = filesOf(join(import.meta.dirname, 'program'), /\.mjs$/)
  const libraries = librariesOf('http-proxy-3', import.meta.filename)
  const text = packed(Object.entries({ ...own, ...libraries }).sort())
  return { digest: createHash('sha256').update(text).digest('hex').slice(0, 16), packed: text }
}

/** A package and what it depends on, each beside the other. @param from the file or package that asks for it */
function librariesOf(name: string, from: string): Files {
  const file = createRequire(from).resolve(`${name}/package.json`)
  const folder = dirname(file)
  const { dependencies = {} } = JSON.parse(readFileSync(file, 'utf8')) as { dependencies?: Record<string, string> }
  const own = Object.entries(filesOf(folder, /\.[cm]?js$|^package\.json$|^licen[cs]e/i))
  const here = own.map(([path, text]) => [`node_modules/${name}/${path}`, text] as const)
  return Object.assign(
    Object.fromEntries(here),
    ...Object.keys(dependencies).map((dependency) => librariesOf(dependency, file)),
  )
}

const filesOf = (folder: string, wanted: RegExp): Files =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => wanted.test(path) && !path.startsWith('node_modules'))
      .map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
  )
