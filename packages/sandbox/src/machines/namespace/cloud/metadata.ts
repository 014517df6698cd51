import { createServer, type Server } from 'node:http'
import type { MachineSpec } from '../../backend.ts'

/**
 * What http://169.254.169.254/metadata answers for one path, as DigitalOcean's does
 * (https://docs.digitalocean.com/reference/api/metadata/, read 2026-01): a folder lists its names, a leaf is its text.
 */
export function metadataAt(spec: MachineSpec, path: string): { type: string; body: string } | undefined {
  const plain = (body: string) => ({ type: 'text/plain; charset=utf-8', body })
  const whole = { ...spec.metadata, hostname: spec.name, ...(spec.userData ? { user_data: spec.userData } : {}) }
  if (path === '/metadata/v1.json') return { type: 'application/json', body: JSON.stringify(whole) }
  if (path === '/metadata/v1/user-data') return spec.userData ? plain(spec.userData) : undefined
  const [, rest] = /^\/metadata\/v1\/?(.*)$/.exec(path) ?? []
  if (rest === undefined) return
  const found = rest
    .split('/')
    .filter(Boolean)
    .reduce<unknown>((value, name) => entryOf(value, renamed.get(name) ?? name.replaceAll('-', '_')), whole)
  if (found === undefined || found === null) return
  return plain(typeof found === 'object' ? listing(found) : String(found))
}

/** Paths whose names differ from those in the JSON document. */
const renamed = new Map([
  ['id', 'droplet_id'],
  ['address', 'ip_address'],
])

const entryOf = (folder: unknown, name: string): unknown =>
  typeof folder === 'object' && folder !== null && Object.hasOwn(folder, name)
    ? (folder as Record<string, unknown>)[name]
    : undefined

const listing = (folder: object): string =>
  Array.isArray(folder) && folder.every((item) => typeof item !== 'object')
    ? folder.join('\n')
    : Object.entries(folder)
        .map(([name, value]) => `${name.replaceAll('_', '-')}${value !== null && typeof value === 'object' ? '/' : ''}`)
        .join('\n')

/** The metadata service of all machines; `from` finds the machine by the address that asks. */
export const metadataServer = (from: (address: string) => MachineSpec | undefined): Server =>
  createServer((request, response) => {
    const spec = from(request.socket.remoteAddress ?? '')
    const found = spec && metadataAt(spec, new URL(request.url ?? '/', 'http://metadata').pathname)
    if (!found) return void response.writeHead(404, { 'content-type': 'text/plain' }).end('not found')
    response.writeHead(200, { 'content-type': found.type }).end(found.body)
  })
