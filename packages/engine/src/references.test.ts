import { expect, test } from 'vitest'
import { withValues } from './references.ts'

const attributes: Record<string, Record<string, string>> = { 'a.example.com': { id: '7' } }
const read = (resource: string, attribute: string) => attributes[resource]?.[attribute]

test('references become values, wherever they stand', () => {
  const specifications = { vpc: { ref: 'a.example.com.id' }, list: [{ ref: 'a.example.com.id' }, 1] }
  expect(withValues(specifications, read)).toEqual({ vpc: '7', list: ['7', 1] })
})

test('everything that has no value is named at once', () => {
  const specifications = { a: { ref: 'web1.public_ip' }, b: { ref: 'web2.public_ip' } }
  expect(() => withValues(specifications, read)).toThrow('No value yet for web1.public_ip, web2.public_ip.')
})
