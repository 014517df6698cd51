import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Peer } from '../peer.ts'
import { account } from './account.ts'
import { connect, type Scenario } from './client.ts'
import { databases } from './databases.ts'
import { dropletActions } from './droplet-actions.ts'
import { droplets } from './droplets.ts'
import { limits } from './limits.ts'
import { networks } from './networks.ts'
import { projects } from './projects.ts'
import { storage } from './storage.ts'

const scenarios: Readonly<Record<string, Scenario>> = {
  account,
  droplets,
  'droplet actions': dropletActions,
  storage,
  networks,
  projects,
  databases,
  limits,
}

/** dots-wrapper (npm), a community client. */
export const dotsWrapper: Peer = {
  name: 'dots-wrapper',
  async prepare() {
    const entry = createRequire(import.meta.url).resolve('dots-wrapper')
    const { version } = JSON.parse(readFileSync(join(entry, '../../package.json'), 'utf8')) as { version: string }
    return {
      version: `dots-wrapper ${version}`,
      async run(cloud, report) {
        const client = connect(cloud)
        for (const [name, scenario] of Object.entries(scenarios))
          await report.scenario(name, () => scenario(client, report, cloud))
      },
    }
  },
}
