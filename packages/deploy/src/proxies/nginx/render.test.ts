import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { defaultLimits, type Site } from '../proxy.ts'
import { mainFiles } from './main-files.ts'
import { siteFiles } from './render.ts'

const cases = join(import.meta.dirname, '__cases__')
const asText = (files: Record<string, string>) =>
  Object.entries(files)
    .map(([path, text]) => `# ${path}\n${text}`)
    .join('\n')

test.each(readdirSync(cases).filter((name) => name !== 'main.conf'))('the files of %s', async (name) => {
  const site = JSON.parse(readFileSync(join(cases, name, 'site.json'), 'utf8')) as Site
  const secured = site.tls !== undefined && !name.endsWith('-without-certificate-yet')
  await expect(asText(siteFiles(site, { secured }))).toMatchFileSnapshot(join(cases, name, 'files.conf'))
})

test('what all environments share', async () => {
  await expect(asText(mainFiles)).toMatchFileSnapshot(join(cases, 'main.conf'))
})

test('a thousand services on two hundred machines are rendered in a moment', () => {
  const targets = Array.from({ length: 200 }, (_, n) => ({ address: `10.0.${n >> 8}.${n & 255}`, port: 8000 }))
  const sites = Array.from({ length: 100 }, (_, n) => ({
    project: `project-${n}`,
    environment: 'prod' as const,
    hosts: [],
    limits: defaultLimits,
    routes: Array.from({ length: 10 }, (_, m) => ({ service: `service-${m}`, targets })),
  }))
  const began = performance.now()
  const all = sites.map((site) => siteFiles(site))
  expect(Object.keys(Object.assign({}, ...all))).toHaveLength(300)
  // The bench holds the figure; here only what no busy machine excuses.
  expect(performance.now() - began).toBeLessThan(2000)
})
