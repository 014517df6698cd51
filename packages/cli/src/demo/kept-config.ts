import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PlatformKeys } from './platform.ts'

interface Kept extends Partial<PlatformKeys> {
  proxy?: 'nginx' | 'builtin'
}

/** The configuration of what the demo deploys: for whoever deploys it again. */
export const demoConfig = (dataDir: string): string => join(dataDir, 'demo-config')

const fileOf = (dataDir: string): string => join(demoConfig(dataDir), 'deployment_config.json')

export function keepConfig(dataDir: string, config: Kept): void {
  mkdirSync(demoConfig(dataDir), { recursive: true })
  writeFileSync(fileOf(dataDir), `${JSON.stringify(config, null, 2)}\n`)
}

/** A demo that is started again goes on with what balances there, and with what services run as. */
export function keptConfig(dataDir: string): Kept {
  const file = fileOf(dataDir)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept) : {}
}

/** What was destroyed binds nobody: the next start chooses anew. */
export const forgetConfig = (dataDir: string): void => rmSync(demoConfig(dataDir), { recursive: true, force: true })
