import { choice, command, text } from '../command.ts'
import { sandboxFolder } from '../sandbox/admin.ts'
import { startChild } from '../server/child.ts'
import { runUntilAsked } from '../server/foreground.ts'
import { withoutCredential } from '../server/session.ts'

interface Ready {
  url: string
  backend: string
  isolation: string
}

export default command({
  summary: 'Run the sandbox cloud alone, until Ctrl-C',
  description:
    'Runs a local cloud that speaks the DigitalOcean API, for doctl, Terraform or programs of your own. `atlas dev` runs it together with a server.',
  topic: 'Servers',
  inputs: {
    port: text('--port <number>', 'on 127.0.0.1; a free one when not given'),
    backend: choice('--backend <name>', 'what its machines are made of; auto when not given', [
      'auto',
      'namespace',
      'process',
      'docker',
      'none',
    ]),
    rateLimit: text('--rate-limit <limits>', 'such as 5000/h,250/min (when not given), or off'),
  },
  examples: [
    { line: 'atlas sandbox', does: 'then point doctl at it with --api-url and the token' },
    { line: 'atlas sandbox --json', does: 'say where it is as a line of JSON' },
    { line: 'atlas sandbox --backend none --rate-limit off', does: 'records only, for tests of scale' },
  ],
  async run({ port = '0', backend = 'auto', rateLimit }, context) {
    const folder = sandboxFolder(context.dataDir)
    const limit = rateLimit === undefined ? [] : ['--rate-limit', rateLimit]
    const words = ['--data-dir', folder, '--port', port, '--backend', backend, ...limit]
    // Machines that are plain processes can read what the sandbox has in its environment.
    const { ATLAS_TOKEN, DATABASE_URL, ...env } = withoutCredential(context.env)
    const start = () => startChild<Ready>('@atlas/sandbox', { dataDir: context.dataDir, words, env })
    const exit = await runUntilAsked(context, start, ({ line }) => {
      if (context.json) context.jsonLine({ ...line, data_dir: folder })
      context.say(`Sandbox cloud at ${line.url}, its token is in ${folder}/sandbox.json`)
      context.say(`Machines: ${line.backend}. ${line.isolation}`)
      context.say(
        `\nNext, in another terminal:\n  atlas sandbox info          its machines, and what is not in effect here`,
      )
      context.say(`  curl -H "Authorization: Bearer $(jq -r .token ${folder}/sandbox.json)" ${line.url}/v2/account`)
      context.say('\nCtrl-C ends it; machines and records stay on disk.')
    })
    return { exit }
  },
})
