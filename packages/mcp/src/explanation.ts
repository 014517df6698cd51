import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { catalogue, type ErrorCode } from '@atlas/core/errors'

const page = join(import.meta.dirname, '../../../docs/errors.md')

/** The section of docs/errors.md; the title alone where Atlas was installed without its documentation. */
export function explanationOf(code: string): { code: string; title: string; explanation: string } {
  const { title } = catalogue[code as ErrorCode]
  return { code, title, explanation: sectionOf(code) ?? title }
}

function sectionOf(code: string): string | undefined {
  try {
    const section = readFileSync(page, 'utf8')
      .split(/^### /m)
      .find((one) => one.startsWith(`${code}\n`))
    return section?.slice(code.length).trim()
  } catch {
    return undefined
  }
}
