import type { Stamp } from '@atlas/core'

// DigitalOcean's tags are at most 255 of [a-zA-Z0-9_:-]. Two carry the stamp: one is the same for the whole
// infrastructure, so that a listing can be narrowed to it; one is this create's alone.
const ownerTag = /^atlas:([0-9a-f]{12})$/
const createTag = /^atlas:([\w-]*):(\d*):([0-9a-f]{16}):(\d*)-?(\d*)$/
const inText = /atlas:([0-9a-f]{12}):([\w-]*):(\d*):([0-9a-f]{16}):(\d*)-?(\d*)/

export const tagOfOwner = (owner: string) => `atlas:${owner}`

/** The tag that only the resource of one create carries. */
export const tagOfCreate = ({ operation = '', step, identity, token = '' }: Stamp) =>
  `atlas:${operation}:${step ?? ''}:${identity}:${token.replace('.', '-')}`

export const stampTags = (stamp: Stamp): string[] => [tagOfOwner(stamp.owner), tagOfCreate(stamp)]

/** `undefined` where the tags are not of Atlas. */
export function stampIn(tags: readonly string[]): Stamp | undefined {
  const owner = firstMatch(tags, ownerTag)?.[1]
  const made = firstMatch(tags, createTag)
  return owner && made ? stampOf([owner, ...made.slice(1)]) : undefined
}

/** For what has no tags but a free text: a VPC's description, the name of a machine's snapshot. */
export const stampText = (stamp: Stamp): string => `atlas:${stamp.owner}:${tagOfCreate(stamp).slice('atlas:'.length)}`

export function stampInText(text: string): Stamp | undefined {
  const found = inText.exec(text)
  return found ? stampOf(found.slice(1)) : undefined
}

/** The text without the stamp. */
export const withoutStamp = (text: string): string => text.replace(inText, '').trim()

/** Tags that people see as theirs, as the cloud spells them. */
export const userTags = (tags: readonly string[] | null | undefined): string[] =>
  (tags ?? []).filter((tag) => !/^atlas[:-]/.test(tag)).sort()

const firstMatch = (tags: readonly string[], pattern: RegExp) =>
  tags.map((tag) => pattern.exec(tag)).find((found) => found !== null)

function stampOf([owner, operation, step, identity, epoch, attempt]: (string | undefined)[]): Stamp {
  return {
    owner: owner!,
    identity: identity!,
    ...(operation && { operation }),
    ...(step && { step: Number(step) }),
    ...(epoch && { token: `${epoch}.${attempt}` }),
  }
}
