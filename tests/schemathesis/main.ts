import { join } from 'node:path'
import { startCloud } from '../peers/cloud.ts'
import { run, tail } from '../peers/command.ts'
import { startNode } from '../real/outages/node.ts'
import { removeFolder, workFolder } from '../real/outages/server.ts'
import { install } from './install.ts'

/** Schemathesis reads /openapi.json of a running server and sends it what its schemas allow, and what they do not. */

const print = (line: string) => process.stdout.write(`${line}\n`)
/** It takes less than 2 min on two cores that have nothing else to do; on crowded ones it took 9. Seconds. */
const patience = 900

const shop = {
  name: 'shop',
  provider: 'digitalocean',
  region: 'nyc3',
  resources: [{ type: 'volume', name: 'data', specifications: { size_gb: 10 } }],
}

async function fuzz(program: string): Promise<boolean> {
  const folder = workFolder()
  const cloud = await startCloud({ rateLimit: 'off' })
  try {
    const token = 'the-token-of-the-server-that-is-tried'
    const server = await startNode(join(folder, 'data'), {
      ATLAS_TOKEN: token,
      ATLAS_RATE_LIMIT: 'off',
      ATLAS_PATROL_MINUTES: '0',
      DO_TOKEN: cloud.token,
      DIGITALOCEAN_API_URL: cloud.url,
    })
    try {
      await server.client.apply(shop, {})
      const config = join(import.meta.dirname, 'schemathesis.toml')
      const { url } = server.client.connection
      const args = ['--config-file', config, 'run', '--no-color', `${url}/openapi.json`, ...process.argv.slice(2)]
      const env = { ATLAS_TOKEN: token, SCHEMATHESIS_HOOKS: join(import.meta.dirname, 'hooks.py') }
      const outcome = await run(program, args, { cwd: folder, env, seconds: patience })
      if (outcome.code !== 0) print(outcome.stdout)
      print(tail(outcome, 30))
      if (outcome.code === null) print(`not done after ${patience} s`)
      const { status } = await server.client.health()
      print(`the server is ${status}`)
      return outcome.code === 0 && status === 'ok'
    } finally {
      await server.stop()
    }
  } finally {
    await cloud.stop()
    removeFolder(folder)
  }
}

const installed = await install()
if ('unavailable' in installed) print(`SKIPPED schemathesis, nothing was tried: ${installed.unavailable}`)
else {
  print(`schemathesis ${installed.version}, ${installed.program}`)
  process.exitCode = (await fuzz(installed.program)) ? 0 : 1
}
