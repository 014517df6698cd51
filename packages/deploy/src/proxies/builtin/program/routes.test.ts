import { expect, test } from 'vitest'
import { defaultLimits, type Site } from '../../proxy.ts'
import { siteFiles } from '../render.ts'
import { routesOf } from './routes.mjs'

const target = (port: number, down = false) => ({ address: '10.0.0.3', port, ...(down && { down }) })
const shop: Site = {
  project: 'shop',
  environment: 'prod',
  hosts: [{ host: 'shop.example', service: 'web' }],
  limits: defaultLimits,
  routes: [
    { service: 'web', targets: [target(8001)] },
    { service: 'api', targets: [target(8002), target(8003, true)] },
  ],
}
const find = routesOf([shop, { ...shop, environment: 'uat', hosts: [] }])

test('what is rendered is read as it was', () => {
  const files = siteFiles(shop)
  expect(Object.keys(files)).toEqual(['sites/shop.prod.json'])
  expect(JSON.parse(files['sites/shop.prod.json']!)).toEqual(shop)
})

test.each([
  ['shop.example', '/shop/prod/api/', '/shop/prod/api/', 8001],
  ['SHOP.example:80', '/', '/', 8001],
  ['10.0.0.1', '/shop/prod/api/', '/', 8002],
  ['10.0.0.1', '/shop/uat/web/a//b?c=/d', '/a//b?c=/d', 8001],
])('%s %s is %s of port %i', (host, url, path, port) => {
  expect(find(host, url)).toMatchObject({ path, targets: [{ port }] })
})

test('a path to a service without its slash moves there, with its query', () => {
  expect(find('10.0.0.1', '/shop/prod/web')).toEqual({ moved: '/shop/prod/web/' })
  expect(find('10.0.0.1', '/shop/prod/web?a=b')).toEqual({ moved: '/shop/prod/web/?a=b' })
})

test.each(['/', '/shop', '/shop/prod/', '/shop/prod/other/', '/shop/test/web/', '//shop/prod/web/'])(
  '%s leads nowhere',
  (url) => {
    expect(find('10.0.0.1', url)).toBeUndefined()
  },
)
