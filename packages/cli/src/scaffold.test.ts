import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeScaffold } from './scaffold.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atlas-init-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const files = [
  'config/deployment_config.json',
  'config/email_config.json',
  'config/projects.csv',
  'templates/Containerfile.node',
  'templates/Containerfile.python',
  'templates/secrets.env.example',
]
const read = (path: string) => readFileSync(join(folder, path), 'utf8')

test('the first configuration is written, the CSV as documented', () => {
  expect(writeScaffold(folder, false)).toEqual({ written: files, kept: [] })
  expect(read('config/projects.csv')).toBe(
    'Project,Servers,MasterSpec,WebSpec\nhostomatic,3,s-2vcpu-4gb,s-2vcpu-4gb\ndigitalpixo,1,s-1vcpu-1gb,s-1vcpu-1gb\n',
  )
  expect(JSON.parse(read('config/deployment_config.json'))).toMatchObject({ deployment_platform: 'process' })
  expect(JSON.parse(read('config/email_config.json'))).toMatchObject({ heartbeat_minutes: 15 })
})

test('what is there is kept, unless it is forced', () => {
  writeScaffold(folder, false)
  writeFileSync(join(folder, 'config/projects.csv'), 'mine')
  expect(writeScaffold(folder, false)).toEqual({ written: [], kept: files })
  expect(read('config/projects.csv')).toBe('mine')
  expect(writeScaffold(folder, true)).toEqual({ written: files, kept: [] })
  expect(read('config/projects.csv')).not.toBe('mine')
})
