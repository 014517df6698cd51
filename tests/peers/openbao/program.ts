import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type GoProgram, goProgram, goProgramFile } from '../go.ts'

const openbao: GoProgram = {
  name: 'openbao',
  package: '.',
  folder: join(import.meta.dirname, 'build'),
  seconds: 1800,
}

/** Where it was built already. */
export const builtOpenBao = (): string | undefined => [goProgramFile(openbao)].find((file) => existsSync(file))

/** Builds it; or says why it cannot be had here. */
export const buildOpenBao = (print: (line: string) => void) => goProgram(openbao, print)
