import type { Peer } from '../peer.ts'
import { account } from './account.ts'
import { connect, type Scenario } from './client.ts'
import { droplets } from './droplets.ts'
import { install } from './install.ts'
import { networks } from './networks.ts'
import { sorting } from './sorting.ts'
import { storage } from './storage.ts'

const version = '1.19.0'
const scenarios: Readonly<Record<string, Scenario>> = { account, droplets, storage, networks, sorting }

/** @digitalocean/dots (npm), the official TypeScript client, generated from the OpenAPI document. */
export const dots: Peer = {
  name: 'dots',
  async prepare() {
    const folder = await install(version)
    if (typeof folder !== 'string') return folder
    return {
      version: `@digitalocean/dots ${version}, ${folder}`,
      async run(cloud, report) {
        const client = await connect(folder, cloud)
        for (const [name, scenario] of Object.entries(scenarios))
          await report.scenario(name, () => scenario(client, report))
      },
    }
  },
}
