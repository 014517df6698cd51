import { expect, test } from 'vitest'
import { withCommandWord } from './aliases.ts'

const commands = new Set(['status', 'init', 'orchestrate', 'deploy', 'scale', 'cleanup', 'update-ip', 'reproduce'])
const meant = (line: string) => withCommandWord(line.split(' '), commands).join(' ')

test.each([
  ['--init', 'init'],
  ['--orchestrate', 'orchestrate'],
  ['--status', 'status'],
  ['--deploy-uat hostomatic', 'deploy uat hostomatic'],
  [
    '--deploy-uat hostomatic --local --project-path ../hostomatic',
    'deploy uat hostomatic --local --project-path ../hostomatic',
  ],
  ['--deploy-prod hostomatic --tag v1.2.3-uat-20241215-1430', 'deploy prod hostomatic --tag v1.2.3-uat-20241215-1430'],
  ['--reproduce v1.2.3-uat-20241215-1430 --reproduce-dir ./out', 'reproduce v1.2.3-uat-20241215-1430 --dir ./out'],
  ['--scale hostomatic 5', 'scale hostomatic 5'],
  ['--cleanup --dry-run', 'cleanup --dry-run'],
  ['--update-ip 203.0.113.200', 'update-ip 203.0.113.200'],
  ['status --json', 'status --json'],
  ['help scale', 'scale --help'],
])('%s is %s', (typed, line) => {
  expect(meant(typed)).toBe(line)
})

test('what does not exist yet is refused with what does', () => {
  expect(() => meant('--monitor master')).toThrowError(expect.objectContaining({ code: 'usage' }))
  expect(() => meant('--recover web1')).toThrowError(
    expect.objectContaining({ hint: expect.stringContaining('makes web1 anew') }),
  )
})
