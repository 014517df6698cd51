import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { urlOf } from './database.ts'
import { readRecord } from './record.ts'

/**
 * Where the PostgreSQL of a data folder can be reached that another process runs; `undefined` where none was ever made there
 * or none runs. With the password in it: never log it.
 */
export function runningUrl(dataDir: string, database = 'atlas'): string | undefined {
  const record = readRecord(dataDir)
  if (!record) return undefined
  try {
    const lines = readFileSync(join(resolve(dataDir, record.cluster), 'postmaster.pid'), 'utf8').split('\n')
    const { user, password } = record
    return urlOf({ host: '127.0.0.1', port: Number(lines[3]), user, password, database })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
