import { command, count, text } from '../command.ts'
import { runUntilAsked } from '../server/foreground.ts'
import { startServer } from '../server/server.ts'

export default command({
  summary: 'Run a server for a real cloud, until it is asked to end',
  description:
    'Runs API and workers in the foreground, as a service manager wants it. The environment names the cloud (DO_TOKEN), where it is not the embedded one the database (DATABASE_URL), and more: `atlas config check` shows all of it.',
  topic: 'Servers',
  inputs: {
    host: text('--host <address>', 'where to listen: HOST, or 127.0.0.1 when not given'),
    port: text('--port <number>', 'PORT, or 3003 when not given; 0 takes a free one'),
    workers: count('--workers <number>', 'operations that may run at the same time', 1),
  },
  examples: [
    { line: 'DO_TOKEN=… atlas serve', does: 'serve DigitalOcean on port 3003' },
    { line: 'DATABASE_URL=postgresql://… atlas serve', does: 'with a PostgreSQL of your own' },
  ],
  async run({ host, port, workers }, context) {
    const { HOST, PORT } = context.env
    const more = [
      '--host',
      host ?? (HOST || '127.0.0.1'),
      '--port',
      port ?? (PORT || '3003'),
      '--workers',
      String(workers),
    ]
    const start = () => startServer({ dataDir: context.dataDir, dev: false, env: context.env, more })
    const exit = await runUntilAsked(context, start, ({ file, joined }) => {
      if (context.json)
        context.jsonLine({ ready: true, url: file.url, pid: file.pid, data_dir: context.dataDir, joined })
      context.say(`${joined ? 'Joined the server' : 'Server'} at ${file.url}, data in ${context.dataDir}`)
    })
    return { exit }
  },
})
