import { run } from '../../machine/fenced.ts'
import { laneOf } from '../../names.ts'
import { packed } from '../files.ts'
import type { Balancer } from '../proxy.ts'
import { mainFiles } from './main-files.ts'
import { certificateFiles, siteFiles } from './render.ts'
import { configureScript, drainScript } from './scripts.ts'

/** Installing nginx, where it is not there, takes most of that. */
const configureMs = 240_000

/** The key of a certificate is in a file that only root may read. */
export const nginx: Balancer = {
  name: 'nginx',
  live: '/etc/atlas/nginx/live',
  pidFile: '/run/atlas-nginx.pid',
  begin: 'nginx -c /etc/atlas/nginx/live/nginx.conf',
  mainFiles,
  siteFiles,

  async configure(at, site, certificate) {
    const own = Object.entries(siteFiles(site, { secured: certificate !== undefined }))
    const keys = certificateFiles(laneOf(site.project, site.environment))
    const files = [...own, [keys.certificate, certificate?.chain] as const, [keys.key, certificate?.key] as const]
    const isGone = site.routes.length === 0
    const wanted = files.map(([path, text]) => [path, isGone ? undefined : text] as const)
    await run(at, configureScript, [], {
      input: packed([...Object.entries(mainFiles), ...wanted]),
      timeoutMs: configureMs,
    })
  },

  async drain(at, seconds) {
    await run(at, drainScript, [String(Math.ceil(seconds))], { timeoutMs: (seconds + 60) * 1000 })
  },
}
