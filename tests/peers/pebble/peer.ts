import { join } from 'node:path'
import { type GoProgram, goProgram } from '../go.ts'
import type { Peer } from '../peer.ts'
import { vitestTests } from '../vitest.ts'

const program = (name: string): GoProgram => ({
  name,
  package: `github.com/letsencrypt/pebble/v2/cmd/${name}`,
  folder: join(import.meta.dirname, 'build'),
})

/** Let's Encrypt's own authority for tests, which Atlas gets certificates from. */
export const pebble: Peer = {
  name: 'pebble',
  async prepare(print) {
    if (process.getuid?.() !== 0) return { unavailable: 'it asks machines at port 80, which takes root' }
    const authority = await goProgram(program('pebble'), print)
    if (typeof authority !== 'string') return authority
    const dns = await goProgram(program('pebble-challtestsrv'), print)
    if (typeof dns !== 'string') return dns
    const env = { ATLAS_PEBBLE: authority, ATLAS_PEBBLE_DNS: dns }
    const file = 'packages/server/src/deploys/certificates/acme.real.test.ts'
    return { version: authority, alone: (report) => vitestTests(report, ['--project', 'real', file], env) }
  },
}
