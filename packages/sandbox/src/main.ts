import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parseRateLimit } from './http/limit.ts'
import { type SandboxOptions, startSandbox } from './sandbox.ts'

const usage = `usage: node packages/sandbox/src/main.ts --data-dir DIR [--port 0] [--backend auto|namespace|process|docker|none]
  [--token-file F] [--rate-limit 5000/h,250/min|off] [--settle-ms 150] [--droplet-limit 20000] [--parent-pipe]`

const stopWithinMs = 30_000

const backends = ['auto', 'namespace', 'process', 'docker', 'none'] as const

function readOptions(): SandboxOptions & { parentPipe: boolean } {
  const { values } = parseArgs({
    options: {
      'data-dir': { type: 'string' },
      port: { type: 'string', default: '0' },
      backend: { type: 'string', default: 'auto' },
      'token-file': { type: 'string' },
      'rate-limit': { type: 'string', default: '5000/h,250/min' },
      'settle-ms': { type: 'string', default: '150' },
      'droplet-limit': { type: 'string', default: '20000' },
      'parent-pipe': { type: 'boolean', default: false },
    },
  })
  const backend = backends.find((name) => name === values.backend)
  if (!values['data-dir'] || !backend) throw new Error(usage)
  const tokenFile = values['token-file']
  return {
    dataDir: values['data-dir'],
    port: Number(values.port),
    backend,
    rateLimit: parseRateLimit(values['rate-limit']),
    settleMs: Number(values['settle-ms']),
    dropletLimit: Number(values['droplet-limit']),
    parentPipe: values['parent-pipe'],
    ...(tokenFile !== undefined && { token: readFileSync(tokenFile, 'utf8').trim() }),
  }
}

try {
  const options = readOptions()
  const sandbox = await startSandbox(options)
  const stop = () => {
    // What hangs must not keep a sandbox alive that nobody wants: the next start ends what it left behind.
    setTimeout(() => process.exit(1), stopWithinMs).unref()
    sandbox.close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  // A parent that dies, however it dies, closes the pipe: no sandbox outlives who started it.
  if (options.parentPipe) process.stdin.once('close', stop).resume()
  const { url, backend, isolation } = sandbox
  process.stdout.write(`${JSON.stringify({ ready: true, url, pid: process.pid, backend, isolation })}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
