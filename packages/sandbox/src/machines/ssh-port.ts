import { once } from 'node:events'
import { createServer } from 'node:net'

/** 22 where this process may listen at it on addresses of machines; 2222 for an ordinary user, or where a daemon holds 22 everywhere. */
export async function chooseSshPort(): Promise<22 | 2222> {
  const server = createServer()
  try {
    server.listen({ host: '127.77.255.254', port: 22, exclusive: true })
    await once(server, 'listening')
    return 22
  } catch {
    return 2222
  } finally {
    server.close()
  }
}
