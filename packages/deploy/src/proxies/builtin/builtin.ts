import { Readable } from 'node:stream'
import { run } from '../../machine/fenced.ts'
import { packed } from '../files.ts'
import type { Balancer } from '../proxy.ts'
import { program } from './program.ts'
import { siteFiles } from './render.ts'
import { configureScript, deliverProgramScript, drainScript, hasProgramScript, runFolder } from './scripts.ts'

/** Installing Node, where it is not there, takes most of that. */
const configureMs = 240_000

/** A small proxy of our own on a machine without nginx; hosts answer by http alone. */
export const builtin: Balancer = {
  name: 'builtin',
  live: '/etc/atlas/balancer/live',
  pidFile: `${runFolder}/child`,
  begin: 'sh /etc/atlas/boot.d/balancer',
  mainFiles: {},
  siteFiles,

  async configure(at, site) {
    const own = program()
    const has = await run(at, hasProgramScript, [own.digest], { timeoutMs: configureMs })
    if (has.trim() !== 'yes') await run(at, deliverProgramScript, [own.digest], { input: Readable.from(own.packed) })
    const isGone = site.routes.length === 0
    const files = Object.entries(siteFiles(site)).map(([path, text]) => [path, isGone ? undefined : text] as const)
    await run(at, configureScript, [own.digest], { input: packed(files) })
  },

  async drain(at, seconds) {
    await run(at, drainScript, [String(Math.ceil(seconds))], { timeoutMs: (seconds + 60) * 1000 })
  },
}
