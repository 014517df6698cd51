import { expect, test } from 'vitest'
import { stampIn, stampInText, stampTags, stampText, userTags, withoutStamp } from './stamp.ts'

const stamp = {
  owner: '0123456789ab',
  identity: '0123456789abcdef',
  operation: '6f1f3c1e-5a0b-4c39-9d53-0a5d5c1a7e11',
  step: 9_999,
  token: '12.3',
}

test('a stamp is read from the tags it was written to, among others', () => {
  const tags = ['web', ...stampTags(stamp), 'atlas-image:debian-12-x64', 'env:prod']
  expect(stampIn(tags)).toEqual(stamp)
  expect(userTags(tags)).toEqual(['env:prod', 'web'])
})

test('a stamp is read from a text it was written to, and the text is given back', () => {
  const text = `the back office ${stampText(stamp)}`
  expect(stampInText(text)).toEqual(stamp)
  expect(withoutStamp(text)).toBe('the back office')
})

test('tags are what DigitalOcean takes, and leave a description most of its 255 characters', () => {
  for (const tag of stampTags(stamp)) expect(tag).toMatch(/^[a-zA-Z0-9_:-]{1,255}$/)
  expect(stampText(stamp).length).toBeLessThanOrEqual(95)
})

test('what only looks like a stamp is none', () => {
  expect(stampIn(['atlas:0123456789ab'])).toBeUndefined()
  expect(stampIn(['atlas:mine', 'atlas:o:1:0123456789abcdef:1-1'])).toBeUndefined()
  expect(stampInText('made with atlas: see the wiki')).toBeUndefined()
})

test('a stamp without an operation, as of something taken over, is kept', () => {
  const adopted = { owner: stamp.owner, identity: stamp.identity }
  expect(stampIn(stampTags(adopted))).toEqual(adopted)
})
