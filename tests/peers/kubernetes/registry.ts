import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export const hasRegistry = existsSync('/usr/bin/docker-registry')

/** Debian's docker-registry on this computer's loopback, for one user. */
export async function startRegistry() {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'))
  const config = join(folder, 'config.json')
  const storage = { filesystem: { rootdirectory: join(folder, 'data') } }
  writeFileSync(
    config,
    JSON.stringify({ version: 0.1, log: { formatter: 'json' }, storage, http: { addr: '127.0.0.1:0' } }),
  )
  const child = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit')
  let host = ''
  for await (const line of createInterface(child.stderr)) {
    host = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1] ?? ''
    if (host) break
  }
  child.stderr.resume()
  const call = async (path: string, init: RequestInit) => {
    const answer = await fetch(path.startsWith('http') ? path : `http://${host}${path}`, init)
    if (!answer.ok) throw new Error(`${init.method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer
  }
  return {
    host,
    /** Another image gets the tag. @returns its digest */
    async tag(repository: string, tag: string): Promise<string> {
      const text = JSON.stringify({ config: {}, random: randomBytes(8).toString('hex') })
      const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
      const begun = await call(`/v2/${repository}/blobs/uploads/`, { method: 'POST' })
      const upload = new URL(begun.headers.get('location')!, `http://${host}`)
      upload.searchParams.set('digest', digest)
      await call(upload.href, { method: 'PUT', body: text })
      const type = 'application/vnd.oci.image.manifest.v1+json'
      const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: text.length }
      const body = JSON.stringify({ schemaVersion: 2, mediaType: type, config, layers: [] })
      const put = { method: 'PUT', body, headers: { 'content-type': type } }
      return (await call(`/v2/${repository}/manifests/${tag}`, put)).headers.get('docker-content-digest')!
    },
    async stop() {
      child.kill()
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
