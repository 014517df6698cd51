import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { goProgram } from '../go.ts'
import type { Peer } from '../peer.ts'
import { account } from './account.ts'
import { connect, type Scenario } from './client.ts'
import { databases } from './databases.ts'
import { domains } from './domains.ts'
import { dropletActions } from './droplet-actions.ts'
import { droplets } from './droplets.ts'
import { networks } from './networks.ts'
import { projects } from './projects.ts'
import { ssh } from './ssh.ts'
import { storage } from './storage.ts'

const program = {
  name: 'doctl',
  package: 'github.com/digitalocean/doctl/cmd/doctl',
  folder: join(import.meta.dirname, 'build'),
}

const scenarios: Readonly<Record<string, Scenario>> = {
  account,
  droplets,
  'droplet actions': dropletActions,
  storage,
  networks,
  domains,
  projects,
  databases,
}

/** doctl, DigitalOcean's own command line. */
export const doctl: Peer = {
  name: 'doctl',
  async prepare(print) {
    const file = await goProgram(program, print)
    if (typeof file !== 'string') return file
    return {
      version: file,
      async run(cloud, report) {
        const home = mkdtempSync(join(tmpdir(), 'atlas-doctl-'))
        const client = connect(file, home, cloud)
        for (const [name, scenario] of Object.entries(scenarios))
          await report.scenario(name, () => scenario(client, report))
        await report.scenario('ssh', () => ssh(file, home, report))
        rmSync(home, { recursive: true, force: true })
      },
    }
  },
}
