import { digitalOcean } from '@atlas/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readProjects, scaleProject } from './index.ts'

const scale = (csv: string, project: string, servers: number) =>
  scaleProject(csv, 'projects.csv', { project, servers }, digitalOcean)

const written = `# who needs what
Project, Servers ,MasterSpec,WebSpec\r
\r
  # the shop, since 2021
"hostomatic",  "3" ,s-2vcpu-4gb,s-2vcpu-4gb\r
shop3,3,s-1vcpu-1gb,s-1vcpu-1gb

# last`

test('only the number changes: comments, order, spacing, quotes and line ends stay', () => {
  const scaled = scale(written, 'hostomatic', 12)
  expect(scaled.csv).toBe(written.replace('"3" ,s-2', '"12" ,s-2'))
  expect(scaled).toMatchObject({ from: 3, to: 12, line: 5 })
  expect(scale(written, 'shop3', 0).csv).toBe(written.replace('shop3,3', 'shop3,0'))
})

test('a byte order mark stays', () => {
  const csv = '\uFEFFProject,Servers,MasterSpec,WebSpec\r\nshop,1,s-1vcpu-1gb,s-1vcpu-1gb\r\n'
  expect(scale(csv, 'shop', 2).csv).toBe(csv.replace('shop,1', 'shop,2'))
})

test('a project that is not there, and a number that is none, are refused with what there is', () => {
  expect(() => scale(written, 'hostomatics', 2)).toThrowError(
    expect.objectContaining({ code: 'usage', hint: 'did you mean hostomatic?' }),
  )
  expect(() => scale(written, 'hostomatic', 1.5)).toThrowError(/1.5 is no number of servers/)
  expect(() => scale(written, 'hostomatic', 1001)).toThrowError(/1001/)
})

test('whatever the spacing, what is read afterwards is the new number, and the others are as before', () => {
  const gap = fc.constantFrom('', ' ', '\t', '  ')
  const end = fc.constantFrom('\n', '\r\n', '\n\n', '\n# 9,9\n')
  const line = (name: string) =>
    fc.tuple(gap, fc.boolean(), fc.nat(1000), gap, end).map(([before, quoted, servers, after, ending]) => {
      const number = quoted ? `"${servers}"` : String(servers)
      return `${name},${before}${number}${after},s-1vcpu-1gb,s-1vcpu-1gb${ending}`
    })
  fc.assert(
    fc.property(line('one1'), line('two'), fc.nat(1000), (first, second, to) => {
      const csv = `Project,Servers,MasterSpec,WebSpec\n${first}${second}`
      const read = (text: string) => readProjects(text, 'projects.csv', digitalOcean).map(({ servers }) => servers)
      const scaled = scale(csv, 'two', to)
      expect(read(scaled.csv)).toEqual([read(csv)[0], to])
      expect(scale(scaled.csv, 'two', scaled.from).csv).toBe(csv.replace(/^(two,\s*"?)0+(?=\d)/m, '$1'))
    }),
  )
})
