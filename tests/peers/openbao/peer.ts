import type { Peer } from '../peer.ts'
import { vitestTests } from '../vitest.ts'
import { buildOpenBao, builtOpenBao } from './program.ts'

/** OpenBao, which services' secrets come from. HashiCorp Vault speaks the same. */
export const openbao: Peer = {
  name: 'openbao',
  async prepare(print, isNamed) {
    if (!isNamed && !builtOpenBao())
      return { unavailable: 'building it takes minutes of every core, once: npm run test:peers -- openbao' }
    const program = await buildOpenBao(print)
    if (typeof program !== 'string') return program
    // `npx vitest run --project peers tests/peers/openbao` is the same, once it is built.
    return { version: program, alone: (report) => vitestTests(report, ['--project', 'peers', 'tests/peers/openbao']) }
  },
}
