import { vi } from 'vitest'
import type { At } from '../machine/fenced.ts'
import { startMachines } from '../machines.fixture.ts'
import { defaultLimits, type Site } from './proxy.ts'

/** Echoes what comes after an upgrade, which `/reset` breaks off; `/stream` says `one`, and `two` when somebody asks `/go`; `/break` ends in the middle. */
const backend = `const http = require('node:http')
let go
const server = http.createServer((request, answer) => {
  if (request.url === '/stream') { answer.write('one'); go = () => answer.end('two'); return }
  if (request.url === '/break') { answer.write('some'); return setTimeout(() => request.socket.destroy(), 50) }
  if (request.url === '/go') { go(); return answer.end() }
  request.resume()
  request.on('end', () => answer.end(process.env.NAME + ' ' + request.url + ' ' + request.headers.host + ' ' + request.headers['x-forwarded-proto']))
})
server.on('upgrade', (request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\n')
  if (request.url === '/reset') setTimeout(() => socket.resetAndDestroy(), 50)
  socket.pipe(socket)
})
server.listen(process.env.PORT, '0.0.0.0')
`

/** Machines that balance, and web1 with two instances of a service: `one` at port 8101, `two` at 8102. */
export async function startBalanced(names: readonly string[]) {
  const machines = await startMachines([...names, 'web1'])
  const web = machines.machine('web1')

  async function start(name: string, port: number): Promise<void> {
    const line = `NAME=${name} PORT=${port} setsid node /tmp/backend.js > /dev/null 2>&1 < /dev/null & echo $! > /tmp/${name}.pid`
    await web.run(['sh', '-c', line])
    await vi.waitFor(() => web.run(['curl', '-sS', `http://127.0.0.1:${port}/`]), { timeout: 20_000, interval: 100 })
  }
  await web.run(['sh', '-c', 'cat > /tmp/backend.js'], { input: backend })
  await start('one', 8101)
  await start('two', 8102)
  const address = await machines.address('web1')

  /** Where the service of shop/prod is asked for at these ports. */
  const siteAt = (...ports: number[]): Site => ({
    project: 'shop',
    environment: 'prod',
    hosts: [],
    limits: defaultLimits,
    routes: [{ service: 'web', targets: ports.map((port) => ({ address, port })) }],
  })
  const on = (name: string) => ({
    at: (lane = 'shop.prod'): At => ({
      machine: machines.machine(name),
      fence: { lane, turn: 1, epoch: 1 },
      signal: AbortSignal.timeout(100_000),
    }),
    sh: (script: string) => machines.machine(name).run(['sh', '-c', script]),
    connect: () => machines.machine(name).connect('127.0.0.1', 80),
  })
  return { start, siteAt, on, web, stop: machines.stop }
}
