import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

const backend = '/usr/lib/git-core/git-http-backend'

export const hasHttpBackend = existsSync(backend)

/** git's own server for https, behind a certificate of its own making; who has none of the tokens is asked for one. */
export async function startHttps(folder: string, repositories: string) {
  mkdirSync(folder, { recursive: true })
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=git']
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', 'key.pem', '-out', 'certificate.pem']
  execFileSync('openssl', [...made, ...names], { cwd: folder, stdio: 'ignore' })
  const certificate = join(folder, 'certificate.pem')
  const tokens = new Set<string>()
  const seen: string[] = []
  const moved: { to?: string } = {}
  const own = { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(certificate) }
  const server = createServer(own, (request, answer) => {
    const shown = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1]
    const [username, token] = Buffer.from(shown ?? '', 'base64')
      .toString()
      .split(':')
    if (token) seen.push(token)
    if (moved.to && token) answer.writeHead(302, { location: `${moved.to}${request.url}` }).end()
    else if (token && tokens.has(token)) serve(repositories, username!, request, answer)
    else answer.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    host,
    urlOf: (name: string) => `https://${host}/${name}`,
    certificate,
    tokens,
    seen,
    /** Where whoever shows a token is sent on to. */
    moved,
    close: () => void server.close(),
  }
}

function serve(root: string, user: string, request: IncomingMessage, answer: ServerResponse): void {
  const { pathname, search } = new URL(request.url!, 'https://git')
  const { headers, method } = request
  const child = spawn(backend, {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: method,
      REMOTE_USER: user,
      CONTENT_TYPE: headers['content-type'] ?? '',
      ...(headers['content-length'] && { CONTENT_LENGTH: headers['content-length'] }),
      ...(headers['content-encoding'] && { HTTP_CONTENT_ENCODING: headers['content-encoding'] }),
      ...(headers['git-protocol'] && { GIT_PROTOCOL: String(headers['git-protocol']) }),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.stdin.on('error', () => {})
  request.pipe(child.stdin)
  answerCgi(child.stdout, answer)
}

/** As RFC 3875 has it: headers, an empty line, the body. */
function answerCgi(output: NodeJS.ReadableStream, answer: ServerResponse): void {
  let head = Buffer.alloc(0)
  output.on('data', function begin(chunk: Buffer) {
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    output.removeListener('data', begin)
    const lines = head
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map((line) => line.split(': ', 2) as [string, string])
    const { Status = '200', ...headers } = Object.fromEntries(lines)
    answer.writeHead(Number.parseInt(Status, 10), headers).write(head.subarray(end + 4))
    output.pipe(answer)
  })
}
