import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Blob, Copy, Manifest } from './manifest.ts'

/** What an engine pulls one image from. */
export interface Registry {
  /** Takes connections that come by other ways than a port of this computer. */
  server: Server
  /** Bytes of layers and configuration that were sent. */
  sent(): number
  /** Why a file could not be read: the engine only tells that a connection broke. */
  trouble(): Error | undefined
}

/**
 * The read-only part of the OCI distribution specification (https://github.com/opencontainers/distribution-spec), for one
 * image by its digest: engines ask only for the layers that they do not have, and check what they get.
 * @param name `/v2/<name>/…`: whoever does not know it gets nothing
 */
export function imageRegistry(name: string, image: Manifest, copy: Copy): Registry {
  let sent = 0
  let trouble: Error | undefined

  async function sendBlob(blob: Blob, asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    answer.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': blob.size,
      'docker-content-digest': blob.digest,
    })
    if (asked.method === 'HEAD') return void answer.end()
    let left = blob.size
    const counted = new PassThrough()
    counted.on('data', (chunk: Buffer) => {
      left -= chunk.length
      sent += chunk.length
    })
    try {
      await Promise.all([copy(blob, counted), pipeline(counted, answer)])
    } catch (error) {
      // An engine hangs up once it has all, without waiting for the end.
      if (left > 0) trouble ??= error as Error
      answer.destroy()
    }
  }

  const server = createServer((asked, answer) => {
    const path = asked.url?.split('?')[0] ?? '/'
    answer.setHeader('docker-distribution-api-version', 'registry/2.0')
    if (asked.method !== 'GET' && asked.method !== 'HEAD') return refuse(answer, 405, 'UNSUPPORTED')
    // Of what broke, an engine would try five times, ever later: this it takes for an end.
    if (trouble) return refuse(answer, 403, 'DENIED')
    if (path === '/v2/' || path === '/v2') return void answer.writeHead(200).end()
    if (path === `/v2/${name}/manifests/${image.digest}`) {
      answer.writeHead(200, {
        'content-type': image.mediaType,
        'content-length': Buffer.byteLength(image.text),
        'docker-content-digest': image.digest,
      })
      return void answer.end(asked.method === 'HEAD' ? undefined : image.text)
    }
    const blob = image.blobs.find(({ digest }) => path === `/v2/${name}/blobs/${digest}`)
    if (blob) return void sendBlob(blob, asked, answer)
    refuse(answer, 404, 'NAME_UNKNOWN')
  })
  // An engine tries TLS first, and takes the end of the connection for a no.
  server.on('clientError', (_, socket) => socket.destroy())
  return { server, sent: () => sent, trouble: () => trouble }
}

function refuse(answer: ServerResponse, status: number, code: string): void {
  answer.writeHead(status, { 'content-type': 'application/json' })
  answer.end(JSON.stringify({ errors: [{ code, message: 'Only one image can be read here.' }] }))
}
