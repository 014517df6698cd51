import { type At, run } from '../../machine/fenced.ts'
import { laneOf } from '../../names.ts'
import type { Certificate, Site } from '../proxy.ts'
import { mainFiles } from './main-files.ts'
import { certificateFiles, siteFiles } from './render.ts'
import { configureScript, drainScript } from './scripts.ts'

/** Installing nginx, where it is not there, takes most of that. */
const configureMs = 240_000

/**
 * The load balancer on a machine has these routes, and nginx runs with them. Nothing is reloaded where that is so already.
 * An environment without routes leaves it.
 * @param certificate for the hosts of the site, where it has one; the key is in a file that only root may read
 * @throws AtlasError `machine_refused` with what nginx said; the old configuration is live then
 */
export async function configureNginx(at: At, site: Site, certificate?: Certificate): Promise<void> {
  const gone = site.routes.length === 0
  const own = Object.entries(siteFiles(site, { secured: certificate !== undefined }))
  const keys = certificateFiles(laneOf(site.project, site.environment))
  const files: [string, string | undefined][] = [
    ...Object.entries(mainFiles),
    [keys.certificate, certificate?.chain],
    [keys.key, certificate?.key],
    ...own,
  ]
  const isOwn = ([path]: [string, unknown]) => !(path in mainFiles)
  const packed = files.map((file) => pack(file[0], gone && isOwn(file) ? undefined : file[1]))
  await run(at, configureScript, [], { input: packed.join(''), timeoutMs: configureMs })
}

const pack = (path: string, text: string | undefined): string =>
  text === undefined ? `${path}\n-\n` : `${path}\n${Buffer.byteLength(text)}\n${text}`

/** Resolves when no request runs through an older configuration, or after so many seconds. */
export async function drainNginx(at: At, seconds: number): Promise<void> {
  await run(at, drainScript, [String(Math.ceil(seconds))], { timeoutMs: (seconds + 60) * 1000 })
}
