import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startDevServer } from './dev-server.fixture.ts'

const checkout = join(import.meta.dirname, '../../../..')
const page = readFileSync(join(checkout, 'docs/mcp.md'), 'utf8')

type Snippet =
  | { command: string; args: string[]; env?: Record<string, string> }
  | { type: 'http'; url: string; headers: Record<string, string> }

const snippets = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => {
  const { mcpServers, servers } = JSON.parse(json!) as Record<string, { atlas: Snippet }>
  return (mcpServers ?? servers)!.atlas
})

let server: Awaited<ReturnType<typeof startDevServer>>
beforeAll(async () => {
  server = await startDevServer()
})
afterAll(() => server.stop())

/** The places of the page, on this machine. */
function here(text: string): string {
  const { dataDir, connection } = server
  return text
    .replace('/opt/atlas', checkout)
    .replace('/home/me/project/.atlas', dataDir)
    .replace('https://atlas.example.com', connection.url)
    .replace('atlas_…', connection.token)
}

const placed = (texts: Record<string, string>) =>
  Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, here(value)]))

function transportOf(snippet: Snippet) {
  if ('url' in snippet)
    return new StreamableHTTPClientTransport(new URL(here(snippet.url)), {
      requestInit: { headers: placed(snippet.headers) },
    })
  const { command, args, env = {} } = snippet
  const own = { PATH: process.env.PATH!, ...placed(env) }
  return new StdioClientTransport({ command: here(command), args: args.map(here), env: own, stderr: 'ignore' })
}

test.each(snippets)('the configuration with %j works', async (snippet) => {
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(transportOf(snippet))
  const { structuredContent } = await client.callTool({ name: 'list_infrastructure', arguments: {} })
  expect(structuredContent).toEqual({ infrastructure: [] })
  await client.close()
})

test('the page names every tool', async () => {
  const client = new Client({ name: 'test', version: '1' })
  const env = { PATH: process.env.PATH!, ATLAS_DATA_DIR: server.dataDir }
  await client.connect(
    new StdioClientTransport({ command: join(checkout, 'packages/cli/bin/atlas'), args: ['mcp'], env }),
  )
  const { tools } = await client.listTools()
  const rows = [...page.matchAll(/^\| ([a-z_, ]+) \|/gm)].flatMap(([, names]) => names!.split(', '))
  expect(rows.filter((name) => name !== 'tool' && name !== 'value').sort()).toEqual(
    tools.map(({ name }) => name).sort(),
  )
  await client.close()
})
