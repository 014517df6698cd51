import { command, text } from '../command.ts'
import { introduceSandbox } from '../sandbox/admin.ts'
import { runUntilAsked } from '../server/foreground.ts'
import { startServer } from '../server/server.ts'
import { withoutCredential } from '../server/session.ts'

export default command({
  summary: 'Run a server with the sandbox cloud here, until Ctrl-C',
  description:
    'Runs a server and a sandbox cloud in the foreground. Other commands in this folder find it. A DigitalOcean token in the environment is left unused: `atlas serve` uses it.',
  topic: 'Servers',
  inputs: { port: text('--port <number>', 'on 127.0.0.1; a free one when not given') },
  examples: [
    { line: 'atlas dev', does: 'then, in another terminal: atlas up' },
    { line: 'atlas dev --port 3003', does: 'at a port of your choice' },
  ],
  async run({ port }, context) {
    const more = port === undefined ? [] : ['--port', port]
    const env = withoutCredential(context.env)
    const start = () => startServer({ dataDir: context.dataDir, dev: true, env, more })
    const exit = await runUntilAsked(context, start, async ({ file, joined }) => {
      if (context.json)
        context.jsonLine({ ready: true, url: file.url, pid: file.pid, data_dir: context.dataDir, joined })
      context.say(`${joined ? 'Joined the server' : 'Server'} at ${file.url}, data in ${context.dataDir}`)
      if (file.sandbox) context.say(await introduceSandbox(file.sandbox))
      context.say('\nNext, in another terminal:\n  atlas plan   what would change\n')
      context.say('Ctrl-C ends it; machines and state stay on disk.')
    })
    return { exit }
  },
})
