import { hash } from 'node:crypto'

/** The workspace of who names none. It is always there. */
export const defaultWorkspace = 'default'

/**
 * Where a resource stands in Atlas. `generation` counts its lives: a replacement made before its predecessor is gone
 * has the next generation, so neither is mistaken for the other.
 */
export interface Identity {
  workspace: string
  infrastructure: string
  resource: string
  generation: number
}

/** What a cloud resource carries so that Atlas finds again what it made. */
export interface Stamp {
  /** `ownerOf(workspace, infrastructure)` */
  owner: string
  /** `identityHash(identity)` */
  identity: string
  operation?: string
  step?: number
  /** `epoch.attempt` of the create call that made it. */
  token?: string
}

const short = (text: string, length: number) => hash('sha256', text).slice(0, length)

/** 12 hex digits that stand for one infrastructure of one workspace: what a sweep lists by. */
export const ownerOf = (workspace: string, infrastructure: string) => short(`${workspace}\0${infrastructure}`, 12)

/** 16 hex digits that stand for one life of one resource. */
export const identityHash = (id: Identity) =>
  short([id.workspace, id.infrastructure, id.resource, String(id.generation)].join('\0'), 16)

/**
 * The name a resource gets in the cloud where names must be unique in an account (vpc, firewall, load balancer, key):
 * readable, and never another's. Lower case letters, digits and dashes; at most 63 characters.
 */
export function physicalName(id: Identity): string {
  const readable = `${id.infrastructure}-${id.resource}`.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return `${readable.slice(0, 46).replace(/-+$/, '')}-${identityHash(id)}`
}
