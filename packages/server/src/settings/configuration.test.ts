import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkConfiguration, described } from './configuration.ts'

const setting = (raw: Record<string, string>, name: string) =>
  checkConfiguration(raw).settings.find((one) => one.name === name)

test('a setting says where it comes from', () => {
  expect(setting({ LOG_LEVEL: 'warn' }, 'LOG_LEVEL')).toMatchObject({ source: 'environment', value: 'warn' })
  expect(setting({}, 'LOG_LEVEL')).toMatchObject({ source: 'default', value: 'info' })
  expect(setting({ DATABASE_URL: '' }, 'DATABASE_URL')).toMatchObject({ source: 'absent', value: null })
})

test('of a secret only that it is there is shown, of a database all but its password', () => {
  const raw = { DO_TOKEN: 'dop_v1_abc', DATABASE_URL: 'postgresql://atlas:hush@db.example.com:5432/atlas' }
  expect(setting(raw, 'DO_TOKEN')?.value).toBe('[set, not shown]')
  expect(setting(raw, 'DATABASE_URL')?.value).toBe('postgresql://atlas:…@db.example.com:5432/atlas')
  expect(JSON.stringify(checkConfiguration(raw))).not.toMatch(/dop_v1_abc|hush/)
})

test('every problem is told with what was found, unless that may be a secret', () => {
  const { problems } = checkConfiguration({ PORT: 'many', ATLAS_TOKEN: 'short', ATLAS_CORS_ORIGINS: 'example.com' })
  expect(problems.map(({ where, found }) => [where, found])).toEqual([
    ['ATLAS_TOKEN', '[set, not shown]'],
    ['PORT', 'many'],
    ['ATLAS_CORS_ORIGINS', 'example.com'],
  ])
})

test('a misspelt variable and an open address are warned of', () => {
  expect(checkConfiguration({ ATLAS_PATROL_MINUTE: '5', HOST: '0.0.0.0', ATLAS_URL: 'http://x' }).warnings).toEqual([
    'ATLAS_PATROL_MINUTE is set, and means nothing to the server',
    'HOST=0.0.0.0: other computers reach the server by plain HTTP; put a proxy with TLS before it',
  ])
})

test('docs/configuration.md lists exactly these variables', async () => {
  const rows = described().map(
    ({ name, means, preset, secret }) =>
      `| \`${name}\` | ${means}${secret ? ' **Secret.**' : ''} | ${preset === undefined ? '' : `\`${preset}\``} |`,
  )
  const page = `# Configuration

Everything a server can be told is an environment variable. \`atlas config check\` shows what each one is here, where that
comes from, and what is wrong; it opens nothing and asks nobody. An empty variable counts as absent. This page is made of
the schema that the server reads them with (packages/server/src/settings/environment.ts).

| variable | means | default |
|---|---|---|
${rows.join('\n')}

The command line reads a few more: \`ATLAS_URL\` and \`ATLAS_TOKEN\` name a server to talk to, \`ATLAS_DATA_DIR\` the folder of
one on this computer. \`HOST\` and \`PORT\` are for \`atlas serve\`; a server that a command starts for itself listens on
127.0.0.1, on a free port.
`
  await expect(page).toMatchFileSnapshot(join(import.meta.dirname, '../../../../docs/configuration.md'))
})
