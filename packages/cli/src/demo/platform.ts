import { existsSync } from 'node:fs'
import { AtlasError, isAtlasError } from '@atlas/core/errors'
import type { Context } from '../context.ts'
import { beginDocker } from './docker.ts'
import type { Told } from './story.ts'

/** What services of the demo run as. */
export const platforms = ['docker', 'process'] as const
export type Platform = (typeof platforms)[number]

/** What `deployment_config.json` says of it. */
export interface PlatformKeys {
  deployment_platform: Platform
  /** The machine that builds images. */
  builder?: string
}

export interface Choice {
  /** What was typed. */
  wanted: Platform | undefined
  /** What a demo that is started again has run so far. */
  kept: Platform | undefined
  /** Somebody has pressed Ctrl-C, which ends what runs on machines too. */
  interrupted(): boolean
}

/**
 * Containers where Docker runs in the demo's machines, else processes. Says which, and why.
 * @throws AtlasError where what was typed cannot be had, or where somebody has pressed Ctrl-C
 */
export async function choosePlatform(context: Context, told: Told, choice: Choice): Promise<PlatformKeys> {
  const { wanted, kept } = choice
  const processes = (why: string): PlatformKeys => {
    context.say(`Services run as processes${why}.\n`)
    return { deployment_platform: 'process' }
  }
  if (wanted === 'process') return processes('')
  if (wanted === undefined) {
    const missing = withoutDocker()
    if (missing.length > 0) return processes(`, not in containers: ${missing.join(', ')}`)
    if (kept === 'process') return processes(', as before; in containers by npm run demo -- --platform docker')
  }
  try {
    context.say('Docker begins on the machines …')
    const builder = await beginDocker(context, told)
    context.say('Services run in containers of Docker.\n')
    return { deployment_platform: 'docker', builder }
  } catch (error) {
    if (wanted === 'docker' || choice.interrupted() || !isAtlasError(error)) throw error
    return processes(`, not in containers: ${error.message}`)
  }
}

/** @throws AtlasError `usage` with what keeps Docker from running in machines of the demo, and what to do about it */
export function refuseWithoutDocker(): void {
  const missing = withoutDocker()
  if (missing.length === 0) return
  throw new AtlasError('usage', `The machines of the demo cannot run containers here: ${missing.join(', ')}`, {
    hint: 'as root, on Linux: apt-get install docker.io, then npm run demo -- --platform docker; without --platform, they are processes here',
  })
}

/** What is missing on this computer, of whose /usr the machines of the demo see all; empty where nothing is. */
export function withoutDocker(): string[] {
  const there = (program: string) => ['/usr/bin', '/usr/sbin'].some((folder) => existsSync(`${folder}/${program}`))
  return [
    ...(process.platform === 'linux' ? [] : ['this is not Linux']),
    ...(process.getuid?.() === 0 ? [] : ['this is not root']),
    ...(there('dockerd') && there('docker') ? [] : ['docker.io is not installed']),
  ]
}
