import { isIPv4 } from 'node:net'

export interface Range {
  /** First address, as a number. */
  first: number
  /** How many addresses. */
  count: number
  prefix: number
}

/** `10.1.0.0/20` → its first address and size; `undefined` for anything else, also where host bits are set. */
export function parseCidr(text: string): Range | undefined {
  const [address, bits, ...rest] = text.split('/')
  const prefix = Number(bits)
  if (rest.length || !isIPv4(address ?? '') || !/^\d{1,2}$/.test(bits ?? '') || prefix > 32) return undefined
  const count = 2 ** (32 - prefix)
  const first = toNumber(address!)
  return first % count === 0 ? { first, count, prefix } : undefined
}

export const toNumber = (address: string): number =>
  address.split('.').reduce((total, part) => total * 256 + Number(part), 0)

export const toAddress = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')

export const overlap = (a: Range, b: Range): boolean => a.first < b.first + b.count && b.first < a.first + a.count

/** The networks a VPC may use (RFC 1918). */
export const isPrivate = (range: Range): boolean =>
  ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].some((text) => {
    const outer = parseCidr(text)!
    return range.first >= outer.first && range.first + range.count <= outer.first + outer.count
  })
