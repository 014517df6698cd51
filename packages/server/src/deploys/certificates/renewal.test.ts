import { AtlasError } from '@atlas/core'
import type { WatchedEnvironment } from '@atlas/store'
import { expect, test } from 'vitest'
import { coveredBy, isDue, type RenewalParts, renewCertificates } from './renewal.ts'

const now = new Date('2026-01-10T00:00:00Z')
const [earlier, later] = [new Date('2026-01-09T00:00:00Z'), new Date('2026-01-11T00:00:00Z')]
const wish = { hosts: ['a.example', 'b.example'], directory: 'https://acme.example', deployment: 'd1' }
const kept = {
  sealed: 'sealed',
  hosts: ['b.example', 'a.example'],
  directory: wish.directory,
  renewAt: later,
  nextTry: earlier,
  tried: null,
  own: { chain: '', key: '', account: '' },
}

test('a certificate is asked for where there is none, where it is for other hosts, and when two thirds of its life are over', () => {
  expect(isDue(undefined, wish, now)).toBe(true)
  expect(isDue(kept, wish, now)).toBe(false)
  expect(isDue({ ...kept, hosts: ['a.example'] }, wish, now)).toBe(true)
  expect(isDue({ ...kept, directory: 'https://other.example' }, wish, now)).toBe(true)
  expect(isDue({ ...kept, hosts: [...kept.hosts, 'c.example'] }, wish, now)).toBe(true)
  expect(isDue({ ...kept, renewAt: earlier }, wish, now)).toBe(true)
})

test('one that cannot be opened is as good as none', () => {
  const { own: _, ...shut } = kept
  expect([isDue(shut, wish, now), coveredBy(shut, wish, now)]).toEqual([true, []])
})

test('hosts that it is for are covered until it is to be renewed, the others are asked for', () => {
  const some = { ...kept, hosts: ['b.example'] }
  expect([isDue(some, wish, now), coveredBy(some, wish, now)]).toEqual([true, ['b.example']])
  expect(coveredBy({ ...some, renewAt: earlier }, wish, now)).toEqual([])
})

test('what failed waits for its time, unless another deployment serves by now', () => {
  const failed = { ...kept, renewAt: null, tried: 'd1', nextTry: later }
  expect(isDue(failed, wish, now)).toBe(false)
  expect(isDue({ ...failed, nextTry: earlier }, wish, now)).toBe(true)
  expect(isDue(failed, { ...wish, deployment: 'd2' }, now)).toBe(true)
})

test('a certificate that cannot be opened, or had, keeps no other environment from its own; each says why', async () => {
  const acme = { email: 'ops@a.example', directory: wish.directory }
  const front = { hosts: [{ host: 'a.example', service: 'backend' }], tls: { from: { acme } } }
  const environments = ['first', 'second'].map((id) => ({ id, changing: false, deployment: 'd1', spec: { front } }))
  const over = new AbortController()
  const told: unknown[] = []
  const parts = {
    log: { warn: () => {} },
    sealer: {
      open: () => {
        throw new AtlasError('vault_sealed', 'its key is gone')
      },
      seal: async () => 'sealed',
    },
    machines: { use: async () => Promise.reject(new Error('no machine answers')) },
    store: {
      targets: { watched: async () => environments },
      certificates: {
        of: async () => kept,
        failed: async ({ id }: WatchedEnvironment, { hosts }: { hosts: string[] }, reason: string) => {
          told.push([id, hosts, reason])
          if (told.length === environments.length) over.abort()
        },
      },
    },
  } as unknown as RenewalParts
  await renewCertificates(parts, { number: 1, held: over.signal }, () => {})
  expect(told).toEqual(['first', 'second'].map((id) => [id, ['a.example'], 'no machine answers']))
})
