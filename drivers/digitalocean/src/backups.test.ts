import { expect, test } from 'vitest'
import { backupTag, chosenPolicy, policyTold } from './backups.ts'

// A Monday.
const now = Date.parse('2026-11-16T12:00:00Z')
const weekly = { plan: 'weekly', weekday: 'TUE', hour: 8 } as const
const daily = { plan: 'daily', hour: 8 } as const

test.each([
  [['atlas-backups:weekly-tue-8'], '2026-11-17T08:00:00Z', weekly],
  [['atlas-backups:weekly-tue-8', 'web'], '2026-11-24T08:00:00Z', weekly],
  [['atlas-backups:weekly-tue'], '2026-11-17T08:00:00Z', weekly],
  [['atlas-backups:daily-8'], '2026-11-17T08:00:00Z', daily],
  [['atlas-backups:daily'], '2026-11-17T08:00:00Z', daily],
  // While one is being taken.
  [['atlas-backups:daily-12'], '2026-11-16T12:00:00Z', { ...daily, hour: 12 }],
  // Somebody chose another day, another hour, every day instead of every week, every week instead of every day.
  [['atlas-backups:weekly-tue-8'], '2026-11-18T08:00:00Z', undefined],
  [['atlas-backups:weekly-tue-8'], '2026-11-17T12:00:00Z', undefined],
  [['atlas-backups:weekly-fri-8'], '2026-11-17T08:00:00Z', undefined],
  [['atlas-backups:daily-8'], '2026-11-18T08:00:00Z', undefined],
  // Nothing that tells.
  [['atlas-backups:weekly-tue-8'], undefined, undefined],
  [['web'], '2026-11-17T08:00:00Z', undefined],
  [['atlas-backups:daily-8', 'atlas-backups:weekly-tue-8'], '2026-11-17T08:00:00Z', undefined],
])('a machine tagged %j whose next window starts %s has the policy %j', (tags, start, policy) => {
  expect(policyTold({ tags, next_backup_window: start ? { start } : null }, now)).toEqual(policy)
})

test('a weekly backup has a day, whether one is chosen or not; a daily one has none', () => {
  const days = Array.from({ length: 100 }, (_, n) => chosenPolicy(true, `web${n}`).weekday)
  expect(new Set(days).size).toBe(7)
  expect(chosenPolicy(true, 'web1')).toEqual(chosenPolicy({ plan: 'weekly' }, 'web1'))
  expect(chosenPolicy(weekly, 'web1')).toEqual(weekly)
  expect(chosenPolicy({ plan: 'daily' }, 'web1')).toEqual({ plan: 'daily' })
  expect(backupTag(weekly)).toBe('atlas-backups:weekly-tue-8')
})
