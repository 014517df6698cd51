import { type At, run } from '../../machine/fenced.ts'
import type { Site } from '../proxy.ts'
import { defaultLimits } from '../proxy.ts'
import { mainFiles, siteFiles } from './render.ts'
import { configureScript, drainScript } from './scripts.ts'

/** Installing nginx, where it is not there, takes most of that. */
const configureMs = 240_000

/**
 * The load balancer on a machine has these routes, and nginx runs with them. Nothing is reloaded where that is so already.
 * An environment without routes leaves it.
 * @throws AtlasError `machine_refused` with what nginx said; the old configuration is live then
 */
export async function configureNginx(at: At, site: Site): Promise<void> {
  const gone = site.routes.length === 0
  const own = Object.entries(siteFiles(site)).map(([path, text]) => packed(path, gone ? undefined : text))
  const shared = Object.entries(mainFiles(defaultLimits)).map(([path, text]) => packed(path, text))
  await run(at, configureScript, [], { input: [...shared, ...own].join(''), timeoutMs: configureMs })
}

const packed = (path: string, text: string | undefined): string =>
  text === undefined ? `${path}\n-\n` : `${path}\n${Buffer.byteLength(text)}\n${text}`

/** Resolves when no request runs through an older configuration, or after so many seconds. */
export async function drainNginx(at: At, seconds: number): Promise<void> {
  await run(at, drainScript, [String(Math.ceil(seconds))], { timeoutMs: (seconds + 60) * 1000 })
}
