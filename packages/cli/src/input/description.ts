import { extname, resolve } from 'node:path'
import { AtlasError } from '@atlas/core/errors'
import type { Context } from '../context.ts'
import { asDescription, type Description, readJson, readText, readYaml } from './read.ts'

/** Where the description of an infrastructure comes from. */
export interface Source {
  /** A description as it is, in JSON or YAML. */
  file?: string | undefined
  /** The CSV of projects. */
  csv?: string | undefined
  /** The text of the CSV, where it is to be another than what is written. */
  csvText?: string | undefined
  /** The folder with deployment_config.json. */
  config?: string | undefined
  /** Only its price is wanted. */
  forPrice?: boolean
}

/** @throws AtlasError naming file, line and column, and what was expected there */
export async function describe(context: Context, source: Source): Promise<Description> {
  const { file, csv } = source
  if (file === undefined) {
    const { describeFleet } = await import('./fleet.ts')
    return describeFleet(context, source)
  }
  if (csv !== undefined) throw new AtlasError('usage', '--file and --csv exclude each other', { hint: 'leave one out' })
  const path = resolve(context.cwd, file)
  const text = readText(path, file, { hint: 'name a file in JSON or YAML; examples/ has descriptions to start from' })
  return asDescription(extname(path) === '.json' ? await readJson(text, file) : await readYaml(text, file), file)
}
